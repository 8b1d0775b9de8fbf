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
  if (held !== undefined) return held.owner;
  if (!written) return undefined;
  return decodeOwnerRow(await readOwnerRow(file), folder).owner;
}

/**
 * Why this owner does not let this process in, if it lives: LOCKED where it does not share the folder,
 * INVALID_ARGUMENT where it has other limits; undefined where it does.
 */
export function refusalOf(folder: string, owner: Owner, limits: Limits): AhnlichError | undefined {
  const { shared, pid } = owner;
  if (shared === undefined) {
    return locked(folder, owner, ", which opened it without `shared`, so that nobody can join it");
  }
  for (const [name, bound] of Object.entries(shared.limits)) {
    const ours = limits[name as keyof Limits];
    // One that this version does not know it cannot differ in.
    if (ours === undefined || ours === bound) continue;
    const sentence = `limits.${name}: expected ${bound}, as process ${pid} has that owns ${folder}, got ${ours}`;
    const details = { limit: name, expected: bound, got: ours, path: folder, pid };
    return new AhnlichError("INVALID_ARGUMENT", sentence, { details });
  }
  return undefined;
}
