import { type Backup, type BackupOptions, backUp } from "./back-up.js";
import { checkPath } from "./check-path.js";
import { fileIn } from "./file-in.js";
import { fileSource } from "./file-source.js";
import { unowned } from "./unowned.js";

/**
 * Backs up a folder without opening an engine in it.
 *
 * @throws as `engine.backup` · INVALID_ARGUMENT where there is nothing in the folder · LOCKED where another process has
 * it open, which can back it up itself
 */
export async function backUpFolder(
  folder: string,
  to: string,
  options: Omit<BackupOptions, "change"> = {},
): Promise<Backup> {
  const file = await fileIn(checkPath(folder, "folder"));
  const path = checkPath(to, "to");
  return unowned(file, () => backUp(fileSource(file), path, options));
}
