import { spawnSync } from "node:child_process";
import { join } from "node:path";

/**
 * Asks the system to drop the pages of the folder's environment from its cache, as nobody has it open. False where it
 * has no such way. What lies below the system, such as the cache of a virtual disk, keeps what it has.
 */
export function forget(folder: string): boolean {
  if (process.platform !== "linux") return false;
  const file = join(folder, "data.mdb");
  // Of no bytes copied, GNU dd leaves only its advice on the whole file.
  const options = [`of=${file}`, "oflag=nocache", "conv=notrunc,fdatasync", "count=0"];
  return spawnSync("dd", options, { stdio: "ignore" }).status === 0;
}
