import { accessSync, constants, existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { AhnlichError } from "../model/errors.js";
import { folderFailure } from "../persistence/folder-failure.js";
import { LmdbEnvironment } from "../persistence/lmdb.js";
import { checkFile, fileName } from "../persistence/lmdb-file.js";
import { LmdbReader } from "../persistence/lmdb-reader.js";
import type { Doorbell } from "./doorbell.js";
import { holdToRead } from "./held-folders.js";
import { decodeOwnerRow } from "./owner-row.js";
import { checkUnowned } from "./ownership.js";

/**
 * Opens the folder's environment as it is now, beside its owner and other readers, and becomes none. Of the folder's
 * files it touches the one in which readers say what they read, where it can be written; on a file system that is
 * read-only it touches none, and there nobody may write behind it.
 *
 * @throws INVALID_ARGUMENT where there is nothing to read · LOCKED where this process owns the folder, or where another
 * one does who would not see what is read · CORRUPT · READ_ONLY where the readers' file cannot be written though its
 * file system can · IO_ERROR
 */
export async function openToRead(
  path: string,
  { doorbell, now }: { doorbell: Doorbell; now: number },
): Promise<LmdbReader> {
  const { folder, file } = find(path);
  const letGo = holdToRead(folder, now);
  try {
    checkFile(file);
    const environment = await LmdbEnvironment.openToRead(file);
    try {
      if (!saysWhatItReads(file)) {
        await checkUnowned(decodeOwnerRow(environment.ownerRow, folder), folder, doorbell);
      }
      return new LmdbReader(environment, file, letGo);
    } catch (error) {
      await environment.close();
      throw error;
    }
  } catch (error) {
    letGo();
    throw await folderFailure(error, folder, "opening");
  }
}

function find(path: string): { folder: string; file: string } {
  try {
    const folder = realpathSync(path);
    const file = join(folder, fileName);
    if (existsSync(file)) return { folder, file };
  } catch (cause) {
    throw nothingThere(path, cause);
  }
  throw nothingThere(path);
}

function nothingThere(path: string, cause?: unknown): AhnlichError {
  const sentence = `path ${path}: expected a folder with data to read, got one without, or none`;
  return new AhnlichError("INVALID_ARGUMENT", sentence, { details: { path }, cause });
}

/** Whether a writer sees which state we read, and leaves it alone. */
function saysWhatItReads(file: string): boolean {
  try {
    accessSync(`${file}-lock`, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
