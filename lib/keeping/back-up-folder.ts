import { type Backup, type BackupOptions, backUp } from "./back-up.js";
import { checkPath } from "./check-path.js";
import { fileIn } from "./file-in.js";
import { fileSource } from "./file-source.js";

/**
 * Backs up a folder without opening an engine in it, whether another process has it open or not.
 *
 * @throws as `engine.backup` · INVALID_ARGUMENT where there is nothing in the folder
 */
export async function backUpFolder(
  folder: string,
  to: string,
  options: Omit<BackupOptions, "change"> = {},
): Promise<Backup> {
  const file = await fileIn(checkPath(folder, "folder"));
  return backUp(fileSource(file), checkPath(to, "to"), options);
}
