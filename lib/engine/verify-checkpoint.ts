import type { Checkpoint } from "../checkpoints/checkpoint.js";
import { floatsKind } from "../indexes/vector-index.js";
import type { Snapshot } from "../persistence/persistence.js";
import { ordinalKey } from "../rows/keys.js";
import { bodyOf } from "../rows/row.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Problems } from "../verification/problems.js";
import type { Slice } from "./slice.js";
import type { TrustedCheckpoints } from "./trusted-checkpoints.js";

export interface VerifiedCheckpoint {
  readonly checkpoints: TrustedCheckpoints;
  readonly snapshot: Snapshot;
  readonly sequence: number;
  readonly store: StoredStore;
  readonly problems: Problems;
  readonly slice: Slice;
}

/** The checkpoint of a store, where it has one: it can be read, and its vectors are those of the rows. */
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
  { snapshot, store, problems, slice }: VerifiedCheckpoint,
  checkpoint: Checkpoint,
  where: string,
): Promise<void> {
  const { layout, header } = checkpoint;
  const { incarnation, dimension, counters } = store;
  const section = layout.sections.findIndex(({ kind }) => kind === floatsKind);
  const stride = layout.sections[section]?.bytesPerSlot ?? 0;
  const ordinals = await checkpoint.ordinals();
  for (const chunk of layout.chunks) {
    const bytes = new Uint8Array(chunk.count * stride);
    await checkpoint.read(section, [chunk], [bytes]);
    for (let i = 0; i < chunk.count; i++) {
      const ordinal = ordinals[chunk.first + i] as number;
      if (ordinal === 0) continue;
      const key = ordinalKey(incarnation, ordinal);
      const row = snapshot.get("vectors", key);
      const vector = bytes.subarray(i * stride, i * stride + dimension * 4);
      if (row === undefined) {
        const mayHaveDied = counters.position > header.begun;
        if (!mayHaveDied) problems.add(`${where}: its vector of ordinal ${ordinal} has no row`);
      } else if (!isVectorOf(vector, key, row)) {
        problems.add(`${where}: its vector of ordinal ${ordinal} is not that of the row`);
      }
      if (slice.isOver) await slice.next();
    }
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
