import type { Checkpoint } from "../checkpoints/checkpoint.js";
import { recordsKind, type VectorIndexes } from "../indexes/vector-index.js";
import type { Snapshot } from "../persistence/persistence.js";
import { ordinalKey } from "../rows/keys.js";
import { bodyOf } from "../rows/row.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Problems } from "../verification/problems.js";
import { recordsOf } from "./records-of.js";
import type { Slice } from "./slice.js";
import type { TrustedCheckpoints } from "./trusted-checkpoints.js";

export interface VerifiedCheckpoint {
  readonly indexes: VectorIndexes;
  readonly checkpoints: TrustedCheckpoints;
  readonly snapshot: Snapshot;
  readonly sequence: number;
  readonly store: StoredStore;
  readonly problems: Problems;
  readonly slice: Slice;
}

/** The checkpoint of a store, where it has one: it can be read, and its codes are those of the rows' vectors. */
export async function verifyCheckpoint(verified: VerifiedCheckpoint): Promise<void> {
  const { checkpoints, sequence, store, problems } = verified;
  if (!checkpoints.has(store.incarnation)) return;
  const where = `store ${store.name}, checkpoint of its vectors`;
  try {
    const checkpoint = await checkpoints.open(store.incarnation);
    if (checkpoint === undefined) {
      // It may have been taken away just now.
      if (checkpoints.has(store.incarnation)) problems.add(`${where}: it cannot be read`);
      return;
    }
    try {
      // One that was written meanwhile has what the snapshot does not.
      if (checkpoint.header.done <= sequence) await compare(verified, checkpoint, where);
    } finally {
      await checkpoint.close();
    }
  } catch (error) {
    problems.addThrown(error, where);
  }
}

async function compare(
  verified: VerifiedCheckpoint,
  checkpoint: Checkpoint,
  where: string,
): Promise<void> {
  const { layout } = checkpoint;
  const section = layout.sections.findIndex(({ kind }) => kind === recordsKind);
  const stride = layout.sections[section]?.bytesPerSlot ?? 0;
  const ordinals = await checkpoint.ordinals();
  for (const chunk of layout.chunks) {
    const records = new Uint8Array(chunk.count * stride);
    await checkpoint.read(section, [chunk], [records]);
    for (let from = 0; from < chunk.count; from += slotsAtOnce) {
      const first = chunk.first + from;
      const count = Math.min(slotsAtOnce, chunk.count - from);
      const kept = {
        ordinals: ordinals.subarray(first, first + count),
        records: records.subarray(from * stride, (from + count) * stride),
      };
      compareSome(verified, checkpoint, kept, where);
      if (verified.slice.isOver) await verified.slice.next();
    }
  }
}

function compareSome(
  { indexes, snapshot, store, problems }: VerifiedCheckpoint,
  { header }: Checkpoint,
  kept: { readonly ordinals: Float64Array; readonly records: Uint8Array },
  where: string,
): void {
  const { incarnation, dimension, counters } = store;
  const length = dimension * 4;
  const vectors = new Uint8Array(kept.ordinals.length * length);
  const places: number[] = [];
  for (const [i, ordinal] of kept.ordinals.entries()) {
    if (ordinal === 0) continue;
    const key = ordinalKey(incarnation, ordinal);
    const row = snapshot.get("vectors", key);
    const vector = row && vectorIn(key, row);
    if (vector !== undefined && vector.length === length) {
      vectors.set(vector, places.length * length);
      places.push(i);
    } else if (row === undefined && counters.position <= header.begun) {
      problems.add(`${where}: its vector of ordinal ${ordinal} has no row`);
    }
  }
  if (places.length === 0) return;
  const expected = recordsOf(indexes, store, vectors.subarray(0, places.length * length));
  if (expected === undefined) return;
  const stride = kept.records.length / kept.ordinals.length;
  for (const [at, i] of places.entries()) {
    const record = kept.records.subarray(i * stride, (i + 1) * stride);
    if (Buffer.compare(expected.subarray(at * stride, (at + 1) * stride), record) === 0) continue;
    const ordinal = kept.ordinals[i];
    problems.add(`${where}: its vector of ordinal ${ordinal} is not that of the row`);
  }
}

/** A row that cannot be read is told of where its table is walked through. */
function vectorIn(key: Uint8Array, row: Uint8Array): Uint8Array | undefined {
  try {
    return bodyOf("vectors", key, row);
  } catch {
    return undefined;
  }
}

/** Whether the row holds the vector; one that cannot be read is told of where its table is walked through. */
export function isVectorOf(bytes: Uint8Array, key: Uint8Array, row: Uint8Array): boolean {
  try {
    return Buffer.compare(bytes, bodyOf("vectors", key, row)) === 0;
  } catch {
    return true;
  }
}

/** So many codes are made in less than a millisecond. */
const slotsAtOnce = 512;
