import { AhnlichError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";
import { readOwnerRow } from "../persistence/lmdb.js";
import type { LmdbFile } from "../persistence/lmdb-file.js";
import { heldFolder } from "./held-folders.js";
import { decodeOwnerRow, type Owner } from "./owner-row.js";
import { locked } from "./ownership.js";

/** Who owns the folder by its row, dead or alive; undefined where nobody does. @throws CORRUPT, IO_ERROR */
export async function findOwner({ folder, file, written }: LmdbFile): Promise<Owner | undefined> {
  const held = heldFolder(folder);
  if (held !== undefined) return held.owner?.();
  if (!written) return undefined;
  return decodeOwnerRow(await readOwnerRow(file), folder).owner;
}

/**
 * Makes sure that a living owner lets this process in.
 *
 * @throws LOCKED where it does not share the folder; INVALID_ARGUMENT where it has other limits
 */
export function checkJoinable(folder: string, owner: Owner, limits: Limits): void {
  const { shared } = owner;
  if (shared === undefined) {
    throw locked(folder, owner, ", which opened it without `shared`, so that nobody can join it");
  }
  for (const [name, bound] of Object.entries(shared.limits)) {
    const ours = limits[name as keyof Limits];
    // One that this version does not know it cannot differ in.
    if (ours === undefined || ours === bound) continue;
    const sentence = `limits.${name}: expected ${bound}, as process ${owner.pid} has that owns ${folder}, got ${ours}`;
    throw new AhnlichError("INVALID_ARGUMENT", sentence, {
      details: { limit: name, expected: bound, got: ours, path: folder, pid: owner.pid },
    });
  }
}
