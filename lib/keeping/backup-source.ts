import { Slice } from "../engine/slice.js";
import { LmdbEnvironment } from "../persistence/lmdb.js";
import type { Persistence } from "../persistence/persistence.js";
import { tableNames } from "../persistence/table.js";
import { WriteBatch } from "../persistence/write-batch.js";
import { firstKey, lastKey } from "../rows/keys.js";
import { encodeOwnerRow } from "../sharing/owner-row.js";
import type { BackupSource } from "./back-up.js";

/** What an engine stands on, to be backed up: by copying its file where it can, else row by row. */
export function backupSource(persistence: Persistence): BackupSource {
  if (persistence.copyTo !== undefined) return persistence as BackupSource;
  const { bytes } = persistence;
  return { bytes, copyTo: (file, signal) => writeRows(persistence, file, signal) };
}

async function writeRows(
  persistence: Persistence,
  file: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const snapshot = persistence.snapshot();
  try {
    const environment = await LmdbEnvironment.open(file);
    try {
      const row = encodeOwnerRow({ epoch: firstEpoch, owner: undefined });
      environment.transact(() => environment.putOwner(firstEpoch, row));
      const slice = new Slice();
      let batch = new WriteBatch();
      for (const table of tableNames) {
        for (const { key, value } of snapshot.range(table, firstKey, lastKey)) {
          batch.put(table, key, value);
          if (slice.isOver) await slice.next();
          if (batch.length < batchBytes) continue;
          signal?.throwIfAborted();
          await environment.writeBehind(batch.bytes, firstEpoch);
          batch = new WriteBatch();
        }
      }
      await environment.writeBehind(batch.bytes, firstEpoch);
    } finally {
      await environment.close();
    }
  } finally {
    snapshot.release();
  }
}

/** Of a folder that nobody has owned. */
const firstEpoch = 1;
const batchBytes = 1024 * 1024;
