import { randomBytes } from "node:crypto";
import type { LmdbPersistence } from "../persistence/lmdb-persistence.js";
import { openLmdb } from "../sharing/open-lmdb.js";
import { answers, hang } from "../transport/tcp.js";

/**
 * Owns a folder without an engine, so that nobody else opens it meanwhile: LMDB must not be opened, even for reading,
 * while another process commits.
 *
 * @throws LOCKED where somebody has it open, this process included · READ_ONLY · CORRUPT · IO_ERROR
 */
export function holdFolder(path: string): Promise<LmdbPersistence> {
  const random = { bytes: (count: number) => randomBytes(count) };
  const clock = { now: () => Date.now() };
  return openLmdb({ path, threads: 0, doorbell: { hang, answers }, random, clock });
}
