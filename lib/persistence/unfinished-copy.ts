import { existsSync } from "node:fs";
import { join } from "node:path";
import { AhnlichError } from "../model/errors.js";
import { fileName } from "./file-name.js";

/** What a backup or restore is called until it is whole. */
export const partialName = "data.mdb.partial";

/**
 * Makes sure that the folder is not one in which a backup or restore was begun and not brought to its end: who opened
 * it would find nothing, where there should be something.
 *
 * @throws INVALID_ARGUMENT
 */
export function refuseUnfinishedCopy(folder: string): void {
  if (existsSync(join(folder, fileName)) || !existsSync(join(folder, partialName))) return;
  throw unfinishedCopy(folder);
}

export function unfinishedCopy(folder: string): AhnlichError {
  const sentence =
    `${folder}: expected a folder that is whole or empty, got one with a ${partialName}, ` +
    "which a backup or restore is still writing, or has left when it was killed: remove it then, and begin anew";
  return new AhnlichError("INVALID_ARGUMENT", sentence, { details: { path: folder } });
}
