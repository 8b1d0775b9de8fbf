import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository, seen from the compiled file. */
const root = new URL("../../../", import.meta.url);

export const dataFolder: URL = new URL("benchmarks/data/", root);
export const resultsFolder: URL = new URL("benchmarks/results/", root);
/** What takes long to make and is the same every time: outside git, and not removed with the build. */
export const cacheFolder: URL = new URL("benchmarks/cache/", root);
/** Where a run that is not to be kept leaves its tables. */
export const draftsFolder: URL = new URL("build/benchmark-results/", root);

/**
 * A new folder on the disk that the repository is on, since a system's temporary folder is often memory. It is
 * removed when disposed.
 */
export function scratchFolder(): { readonly path: string } & Disposable {
  const parent = fileURLToPath(new URL("build/scratch/", root));
  mkdirSync(parent, { recursive: true });
  const path = mkdtempSync(join(parent, "bench-"));
  return {
    path,
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Of all files in a folder, and below. */
export function bytesBelow(path: string): number {
  const status = lstatSync(path);
  if (!status.isDirectory()) return status.isFile() ? status.size : 0;
  return readdirSync(path).reduce((bytes, name) => bytes + bytesBelow(join(path, name)), 0);
}
