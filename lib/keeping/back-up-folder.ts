import { checkPath } from "../model/check-argument.js";
import { type Backup, type BackupOptions, backUp } from "./back-up.js";
import { folderSource } from "./folder-source.js";

/**
 * Backs up a folder without an engine in it.
 *
 * @throws as `engine.backup` · INVALID_ARGUMENT where there is nothing in the folder · LOCKED where it is open
 */
export async function backUpFolder(
  folder: string,
  to: string,
  options: Omit<BackupOptions, "change"> = {},
): Promise<Backup> {
  const source = await folderSource(checkPath(folder, "folder"));
  return backUp(source, checkPath(to, "to"), options);
}
