import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bellFile } from "./bell-path.js";
import { isOwner, type Owner } from "./owner-row.js";

/**
 * The notes that owners leave beside the environment, so that others learn of them without opening it: for every
 * nonce a file `owner-<nonce>.json`, beside its socket. A note says who it is once it owns the folder; what is
 * about to own it has left an empty one.
 */
export function putNote(folder: string, nonce: string, owner?: Owner): void {
  const path = notePath(folder, nonce);
  try {
    const text = owner === undefined ? "" : JSON.stringify(owner);
    writeFileSync(`${path}.new`, text, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch {
    // On a full disk, say. The socket is there, and shows as much as others must know.
  }
}

/** Who has left this note; undefined where it does not say so yet. */
export function readNote(folder: string, nonce: string): Owner | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(notePath(folder, nonce), "utf8"));
    return isOwner(owner) && owner.nonce === nonce ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** Of all that have left a note or a socket, dead or alive. */
export function noncesIn(folder: string): string[] {
  const nonces = new Set<string>();
  for (const name of readdirSync(folder)) {
    const [, nonce] = /^owner-([0-9a-f]{32})\.(?:sock|json|json\.new)$/.exec(name) ?? [];
    if (nonce !== undefined) nonces.add(nonce);
  }
  return [...nonces];
}

export function hasNote(folder: string, nonce: string): boolean {
  return existsSync(notePath(folder, nonce));
}

/** Removes what is left of an owner that is no more, or is about to be none. */
export function removeNote(folder: string, nonce: string): void {
  const path = notePath(folder, nonce);
  rmSync(path, { force: true });
  rmSync(`${path}.new`, { force: true });
  const socket = bellFile(folder, nonce);
  if (socket !== undefined) rmSync(socket, { force: true });
}

function notePath(folder: string, nonce: string): string {
  return join(folder, `owner-${nonce}.json`);
}
