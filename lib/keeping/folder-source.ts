import { fileBytes } from "../persistence/lmdb-file.js";
import type { BackupSource } from "./back-up.js";
import { fileIn } from "./file-in.js";
import { holdFolder } from "./hold-folder.js";

/** What a folder holds that nobody has open. @throws INVALID_ARGUMENT, CORRUPT where there is nothing of ours */
export async function folderSource(folder: string): Promise<BackupSource> {
  const file = await fileIn(folder);
  return {
    bytes: fileBytes(file),
    async copyTo(file) {
      const held = await holdFolder(folder);
      try {
        await held.copyTo(file);
      } finally {
        await held.close();
      }
    },
  };
}
