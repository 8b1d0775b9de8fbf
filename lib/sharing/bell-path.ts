import { mkdtempSync, rmdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where an owner's bell hangs; usable until it is disposed of. */
export interface BellPath extends Disposable {
  readonly path: string;
}

/**
 * The path at which the owner with this nonce is reached: a socket in the folder, or a pipe on Windows. Only its name
 * is fixed, so that owner and caller may know the folder by different paths. A path longer than a socket's address may
 * be goes through a link in a short directory of its own; the socket itself lies in the folder all the same.
 */
export function bellPath(folder: string, nonce: string): BellPath {
  if (process.platform === "win32") return asItIs(`\\\\.\\pipe\\ahnlich-${nonce}`);
  const path = join(folder, bellName(nonce));
  if (Buffer.byteLength(path) <= longestSocketPath) return asItIs(path);
  const directory = mkdtempSync(join(tmpdir(), "ahnlich-"));
  const link = join(directory, "f");
  symlinkSync(folder, link);
  return {
    path: join(link, bellName(nonce)),
    [Symbol.dispose]: () => {
      rmSync(link, { force: true });
      rmdirSync(directory);
    },
  };
}

/** The file of that socket; undefined where a bell is no file. */
export function bellFile(folder: string, nonce: string): string | undefined {
  return process.platform === "win32" ? undefined : join(folder, bellName(nonce));
}

function asItIs(path: string): BellPath {
  return { path, [Symbol.dispose]: () => undefined };
}

function bellName(nonce: string): string {
  return `owner-${nonce}.sock`;
}

/** Linux takes 107 bytes, macOS 103. */
const longestSocketPath = 100;
