import { randomBytes } from "node:crypto";
import { checkPath } from "../model/check-argument.js";
import { AhnlichError } from "../model/errors.js";
import type { LmdbEnvironment } from "../persistence/lmdb.js";
import { LmdbSnapshot, LmdbState } from "../persistence/lmdb-snapshot.js";
import { WriteBatch } from "../persistence/write-batch.js";
import { putOrigin, readOrigin } from "../rows/meta-rows.js";
import { backUp } from "./back-up.js";
import { folderSource } from "./folder-source.js";

/**
 * Makes a folder from a backup, or from any folder of ours that nobody has open: what is there is copied and verified
 * before it can be opened. It begins a history of its own: positions of the old one are
 * HISTORY_LOST in it. What writes with an idempotency key were answered is kept.
 *
 * @throws INVALID_ARGUMENT where there is nothing at `from`, or something at `to` · LOCKED · CORRUPT where it does not
 * verify · FORMAT_TOO_NEW · DISK_FULL · READ_ONLY · IO_ERROR
 */
export async function restore(from: string, to: string): Promise<{ entries: number }> {
  const source = await folderSource(checkPath(from, "from"));
  const { entries } = await backUp(source, checkPath(to, "to"), { change: beginHistory });
  return { entries };
}

function beginHistory(environment: LmdbEnvironment): void {
  const snapshot = new LmdbSnapshot(new LmdbState(environment, () => {}));
  const batch = new WriteBatch();
  try {
    const origin = readOrigin(snapshot);
    if (origin === undefined) throw new AhnlichError("CORRUPT", "there is nothing to restore");
    putOrigin(batch, { ...origin, history: randomBytes(16) });
  } finally {
    snapshot.release();
  }
  environment.writeUnowned(batch.bytes);
}
