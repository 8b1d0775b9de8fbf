import type { Snapshot } from "../persistence/persistence.js";
import { readState } from "./meta-rows.js";
import { readVectorBlocks, type StoredVectors, type VectorRange } from "./vector-blocks.js";

/** This module, for a thread to read vectors by it. */
export const readVectorsJob: URL = new URL(import.meta.url);

/** What it gives: first the sequence that its snapshot is at, then the vectors. */
export type ReadVectorsValue = { readonly sequence: number } | StoredVectors;

export function* read(
  snapshot: Snapshot,
  range: VectorRange,
): Generator<{ value: ReadVectorsValue; transfer: ArrayBufferLike[] }> {
  yield { value: { sequence: readState(snapshot)?.sequence ?? 0 }, transfer: [] };
  for (const block of readVectorBlocks(snapshot, range, blockBytes)) {
    yield { value: block, transfer: [block.bytes.buffer, block.ordinals.buffer] };
  }
}

/** A message costs some 50 microseconds, and adding so much less than a slice. */
const blockBytes = 512 * 1024;
