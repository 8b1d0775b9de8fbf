import { stat } from "node:fs/promises";
import { join } from "node:path";
import { AhnlichError } from "../model/errors.js";
import { fileName } from "../persistence/file-name.js";
import { folderFailure } from "../persistence/folder-failure.js";
import { checkFile } from "../persistence/lmdb-file.js";
import { refuseUnfinishedCopy } from "../persistence/unfinished-copy.js";

/** The environment of a folder. @throws INVALID_ARGUMENT where there is none · CORRUPT · READ_ONLY · IO_ERROR */
export async function fileIn(folder: string): Promise<string> {
  const file = join(folder, fileName);
  const found = await stat(file).catch((error) => {
    if (["ENOENT", "ENOTDIR"].includes(error?.code)) return undefined;
    return folderFailure(error, folder, "reading").then((failure) => Promise.reject(failure));
  });
  if (!found?.isFile()) {
    refuseUnfinishedCopy(folder);
    const sentence = `${folder}: expected a folder with a data.mdb, got one without`;
    throw new AhnlichError("INVALID_ARGUMENT", sentence, { details: { path: folder } });
  }
  checkFile(file);
  return file;
}
