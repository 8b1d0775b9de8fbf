import { randomBytes } from "node:crypto";
import type { LmdbPersistence } from "../../lib/persistence/lmdb-persistence.js";
import { openLmdb } from "../../lib/sharing/open-lmdb.js";
import { netDoorbell } from "./net-doorbell.js";

/** Opens the folder with the real ports. */
export function openFolder(path: string, threads = 1): Promise<LmdbPersistence> {
  return openLmdb({
    path,
    threads,
    doorbell: netDoorbell,
    random: { bytes: (count) => randomBytes(count) },
    clock: { now: () => Date.now() },
  });
}
