import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { limit } from "../data-sets/truth.js";
import type { VectorFile } from "../data-sets/vector-file.js";
import { load } from "../packages.js";
import { beams, hnsw, type IndexContender, type OpenIndex, type Place } from "./index-contender.js";

interface Found {
  readonly keys: BigUint64Array;
}

/** What is found for some questions; for one alone it is what a batch gives. */
interface Batch {
  get(index: number): Found;
}

interface Index {
  add(keys: BigUint64Array, vectors: Float32Array, threads: number): void;
  search(target: Float32Array, count: number, threads: number): Found & Batch;
  save(path: string): void;
  view(path: string): void;
}

interface Usearch {
  Index: new (config: object) => Index;
  exactSearch(
    base: Float32Array,
    targets: Float32Array,
    dimension: number,
    count: number,
    metric: "cos",
    threads: number,
  ): Found & Batch;
}

type Quantization = "f32" | "bf16";

export const float32: IndexContender = contender("f32");
export const bfloat16: IndexContender = contender("bf16");

function contender(quantization: Quantization): IndexContender {
  const graph = `connectivity ${hnsw.links}, expansion_add ${hnsw.construction}, ${quantization}`;
  return {
    how: `${graph}; exact: exactSearch`,
    async build({ folder, kind, threads }, vectors, built) {
      const path = join(folder, "index");
      if (kind === "exact") {
        await built();
        writeFileSync(path, vectors.read(0, vectors.count).vectors);
        return;
      }
      const index = make(quantization, vectors.dimension, hnsw.construction);
      for (const block of vectors.blocks(10_000)) {
        const keys = BigUint64Array.from({ length: block.count }, (_, i) =>
          BigInt(block.first + i),
        );
        index.add(keys, block.vectors, threads);
      }
      await built();
      index.save(path);
    },
    async open(place, vectors) {
      return place.kind === "exact" ? openExact(place, vectors) : openGraph(place, vectors);
    },
  };

  /** How far it looks is said when an index is made, so that each effort has its own view of the file. */
  function openGraph({ folder, threads }: Place, { dimension }: VectorFile) {
    const efforts = beams.map((expansion) => {
      let index: Index | undefined;
      const view = () => {
        index ??= make(quantization, dimension, expansion);
        index.view(join(folder, "index"));
        return index;
      };
      return {
        label: `expansion_search ${expansion}`,
        begin: () => void (index ?? view()),
        search: (target: Float32Array) => (index ?? view()).search(target, limit, 1),
        searchMany: (targets: readonly Float32Array[]) =>
          eachOf((index ?? view()).search(joined(targets), limit, threads), targets.length),
      };
    });
    return { efforts, ...shapes } satisfies OpenIndex<Float32Array, Found>;
  }
}

function openExact({ threads }: Place, vectors: VectorFile) {
  const { dimension } = vectors;
  const { exactSearch } = load<Usearch>("usearch");
  const { vectors: base } = vectors.read(0, vectors.count);
  const find = (targets: Float32Array) =>
    exactSearch(base, targets, dimension, limit, "cos", threads);
  const effort = {
    label: "exact",
    search: (target: Float32Array) => find(target),
    searchMany: (targets: readonly Float32Array[]) => eachOf(find(joined(targets)), targets.length),
  };
  return { efforts: [effort], ...shapes } satisfies OpenIndex<Float32Array, Found>;
}

const shapes = {
  targetOf: (vector: Float32Array) => vector.slice(),
  idsOf: ({ keys }: Found) => Array.from(keys, Number),
  close: () => undefined,
};

function make(quantization: Quantization, dimensions: number, expansion: number): Index {
  const { Index } = load<Usearch>("usearch");
  return new Index({
    ...{ dimensions, metric: "cos", quantization, connectivity: hnsw.links, multi: false },
    ...{ expansion_add: hnsw.construction, expansion_search: expansion },
  });
}

function joined(targets: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(targets.length * targets[0].length);
  for (const [i, target] of targets.entries()) all.set(target, i * target.length);
  return all;
}

function eachOf(batch: Batch, count: number): Found[] {
  return Array.from({ length: count }, (_, i) => batch.get(i));
}
