import { randomBytes } from "node:crypto";
import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { isHeldHere } from "../sharing/held-folders.js";
import { whileUnowned } from "../sharing/while-unowned.js";
import { answers, hang } from "../transport/tcp.js";

/**
 * Does what opens this file without owning its folder, while no other process can commit to it. An engine of this
 * process may: it has the file open already.
 *
 * @throws LOCKED where another process has the folder open
 */
export function unowned<T>(file: string, work: () => Promise<T>): Promise<T> {
  const folder = realpathSync(dirname(file));
  if (isHeldHere(folder)) return work();
  const random = { bytes: (count: number) => randomBytes(count) };
  return whileUnowned({ folder, doorbell: { hang, answers }, random, clock: Date }, work);
}
