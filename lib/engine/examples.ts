import type { CheckedSearchTarget, Example } from "../model/checked-query.js";
import { AhnlichError } from "../model/errors.js";
import { checkDimension, toVector } from "../model/vector.js";
import type { Snapshot } from "../persistence/persistence.js";
import type { StoredStore } from "../rows/store-rows.js";
import { readById, vectorOf } from "./read.js";
import type { Slice } from "./slice.js";

/** What is searched for, and the entries that are not to be found: those named as examples. */
export interface ResolvedTarget {
  readonly vector: Float32Array;
  readonly excluded: ReadonlySet<string>;
}

/**
 * The vector that a search by examples is about: the mean of the near ones, moved by its difference
 * to the mean of those to keep away from, after the average vector of Qdrant.
 *
 * @throws ENTRY_NOT_FOUND for an id without an entry, DIMENSION_MISMATCH, INVALID_ARGUMENT where the
 * vector that comes of it is not within the bounds of one
 */
export async function resolveExamples(
  snapshot: Snapshot,
  store: StoredStore,
  target: Extract<CheckedSearchTarget, { kind: "examples" }>,
  time: number,
  slice: Slice,
): Promise<ResolvedTarget> {
  const { awayFrom } = target;
  const near = await mean(snapshot, store, target.near, time, slice);
  const away = awayFrom.length > 0 ? await mean(snapshot, store, awayFrom, time, slice) : near;
  const moved = Float64Array.from(near, (element, i) => element + (element - (away[i] as number)));
  return {
    vector: toVector(Array.from(moved), "the vector that the examples give"),
    excluded: new Set([...target.near, ...target.awayFrom].flatMap(idIn)),
  };
}

function vectorOfExample(
  snapshot: Snapshot,
  store: StoredStore,
  example: Example,
  time: number,
): Float32Array {
  if (example.kind === "vector") {
    checkDimension(example.vector.length, store.dimension, "example");
    return example.vector;
  }
  const entry = readById(snapshot, store, example.id, time);
  if (entry !== undefined) return vectorOf(snapshot, store, entry.ordinal);
  const { id } = example;
  throw new AhnlichError("ENTRY_NOT_FOUND", `example: store ${store.name} has no entry ${id}`, {
    details: { id },
  });
}

function idIn(example: Example): string[] {
  return example.kind === "id" ? [example.id] : [];
}

/** Each element's mean in float64. */
async function mean(
  snapshot: Snapshot,
  store: StoredStore,
  examples: readonly Example[],
  time: number,
  slice: Slice,
): Promise<Float64Array> {
  const sum = new Float64Array(store.dimension);
  for (const example of examples) {
    const vector = vectorOfExample(snapshot, store, example, time);
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (vector[i] as number);
    if (slice.isOver) await slice.next();
  }
  return sum.map((element) => element / examples.length);
}
