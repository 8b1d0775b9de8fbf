import { randomBytes } from "node:crypto";
import type { LmdbPersistence } from "../../lib/persistence/lmdb-persistence.js";
import type { Doorbell } from "../../lib/sharing/doorbell.js";
import { openLmdb } from "../../lib/sharing/open-lmdb.js";
import { answers, hang } from "../../lib/transport/tcp.js";

/** Opens the folder with the real ports. */
export function openFolder(path: string, threads = 1): Promise<LmdbPersistence> {
  return openLmdb({
    path,
    threads,
    doorbell: realDoorbell,
    random: { bytes: (count) => randomBytes(count) },
    clock: { now: () => Date.now() },
  });
}

export const realDoorbell: Doorbell = { hang, answers };
