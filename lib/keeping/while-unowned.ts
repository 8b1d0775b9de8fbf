import { randomBytes } from "node:crypto";
import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { AhnlichError } from "../model/errors.js";
import { Claim } from "../sharing/claim.js";
import { isHeldHere } from "../sharing/held-folders.js";
import { answers, hang } from "../transport/tcp.js";

/**
 * Does what opens the environment of a folder without owning it, while no other process can open it: LMDB must not
 * be opened beside one that writes. Beside an engine of this process it may be.
 *
 * @throws LOCKED where another process has the folder open
 */
export async function whileUnowned<T>(file: string, work: () => Promise<T>): Promise<T> {
  const folder = realpathSync(dirname(file));
  if (isHeldHere(folder)) return work();
  const claim = await claimOf(folder);
  try {
    return await work();
  } finally {
    await claim?.end();
  }
}

/** Undefined where nothing can be written, so that nobody else writes either. */
async function claimOf(folder: string): Promise<Claim | undefined> {
  try {
    const random = { bytes: (count: number) => randomBytes(count) };
    return await Claim.make({ folder, doorbell: { hang, answers }, random, clock: Date });
  } catch (error) {
    if (error instanceof AhnlichError && error.code === "LOCKED") throw error;
    return undefined;
  }
}
