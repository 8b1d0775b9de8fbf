import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Asks the system to drop the pages of the folder's files from its cache, as nobody has them open. False where it
 * has no such way. What lies below the system, such as the cache of a virtual disk, keeps what it has.
 */
export function forget(folder: string): boolean {
  if (process.platform !== "linux") return false;
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .every(({ parentPath, name }) => forgetFile(join(parentPath, name)));
}

/** Of no bytes copied, GNU dd leaves only its advice on the whole file. */
function forgetFile(file: string): boolean {
  const options = [`of=${file}`, "oflag=nocache", "conv=notrunc,fdatasync", "count=0"];
  return spawnSync("dd", options, { stdio: "ignore" }).status === 0;
}
