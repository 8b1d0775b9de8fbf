import type { Metric } from "../../../lib/model/metric.js";
import { seededRandom } from "../../support/random.js";
import type { DataSet } from "./data-set.js";
import { manifoldVectors } from "./manifold.js";
import { VectorFile } from "./vector-file.js";
import { normalize, normalRandom } from "./vectors.js";

/** Vectors to search, and such to search for that are none of them. */
export interface PromiseVectors {
  readonly base: Float32Array;
  /** As many as there are of them, `wanted` at most; the first are the same for every `wanted`. */
  queries(kind: QueryKind, wanted: number): Float32Array[];
}

/** Of the distribution of the data, or directions that have nothing to do with it. */
export type QueryKind = "like" | "unlike";

/** Where the metric looks at lengths, they differ: by a factor of 1.3 as often as not. */
export function promiseVectors(data: DataSet, metric: Metric): PromiseVectors {
  const { dimension, count } = data;
  using file = new VectorFile(data.base, dimension, count);
  const base = file.read(0, count).vectors;
  const stretched = (vectors: Float32Array, seed: number): Float32Array => {
    if (metric !== "cosine") stretch(vectors, dimension, seed);
    return vectors;
  };
  stretched(base, 1);
  return {
    base,
    queries(kind, wanted) {
      const all = kind === "like" ? heldOut(data, wanted) : directions(dimension, wanted);
      stretched(all, 2);
      return Array.from({ length: all.length / dimension }, (_, i) =>
        all.slice(i * dimension, (i + 1) * dimension),
      );
    },
  };
}

/** Words that are not among the first `count`, or others of the same seeded distribution. */
function heldOut({ name, base, queries, dimension, count, queryCount }: DataSet, wanted: number) {
  if (name.startsWith("manifold")) return manifoldVectors(wanted, 3);
  const some = Math.min(wanted, queryCount);
  using asked = new VectorFile(queries, dimension, queryCount);
  const left = name.startsWith("words") ? wordCount - count : 0;
  const more = Math.min(wanted - some, left);
  if (more <= 0) return asked.read(0, some).vectors;
  using file = new VectorFile(base, dimension, wordCount);
  const all = new Float32Array((some + more) * dimension);
  all.set(asked.read(0, some).vectors);
  all.set(file.read(count, more).vectors, some * dimension);
  return all;
}

function directions(dimension: number, wanted: number): Float32Array {
  const vectors = Float32Array.from({ length: wanted * dimension }, normalRandom(4));
  for (let start = 0; start < vectors.length; start += dimension) {
    normalize(vectors.subarray(start, start + dimension));
  }
  return vectors;
}

function stretch(vectors: Float32Array, dimension: number, seed: number): void {
  const normal = normalRandom(seed + Math.floor(seededRandom(seed)() * 1_000));
  for (let start = 0; start < vectors.length; start += dimension) {
    const factor = Math.exp(0.4 * normal());
    for (let place = start; place < start + dimension; place++) vectors[place] *= factor;
  }
}

const wordCount = 340_479;
