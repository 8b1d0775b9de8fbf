import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { AhnlichError } from "../model/errors.js";
import { fileName } from "../persistence/file-name.js";
import { folderFailure } from "../persistence/folder-failure.js";
import { LmdbEnvironment } from "../persistence/lmdb.js";
import { checkFile } from "../persistence/lmdb-file.js";
import { LmdbReader } from "../persistence/lmdb-reader.js";
import { refuseUnfinishedCopy } from "../persistence/unfinished-copy.js";
import type { ClaimOptions } from "./claim.js";
import { holdToRead } from "./held-folders.js";
import { whileUnowned } from "./while-unowned.js";

/**
 * Opens the folder's environment as it is now, beside other readers, and becomes no owner; one may come later. Of the
 * folder's files it touches the one in which readers say what they read, where it can be written; on a file system that
 * is read-only it touches none, and there nobody may write behind it.
 *
 * @throws INVALID_ARGUMENT where there is nothing to read · LOCKED where a process owns the folder · CORRUPT ·
 * READ_ONLY where the readers' file cannot be written though its file system can · IO_ERROR
 */
export async function openToRead(
  path: string,
  ports: Pick<ClaimOptions, "doorbell" | "random" | "clock">,
): Promise<LmdbReader> {
  const { folder, file } = find(path);
  const letGo = holdToRead(folder, ports.clock.now());
  try {
    return await whileUnowned({ ...ports, folder }, async () => {
      checkFile(file);
      return new LmdbReader(await LmdbEnvironment.openToRead(file), file, letGo);
    });
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
    refuseUnfinishedCopy(folder);
  } catch (cause) {
    if (cause instanceof AhnlichError) throw cause;
    throw nothingThere(path, cause);
  }
  throw nothingThere(path);
}

function nothingThere(path: string, cause?: unknown): AhnlichError {
  const sentence = `path ${path}: expected a folder with data to read, got one without, or none`;
  return new AhnlichError("INVALID_ARGUMENT", sentence, { details: { path }, cause });
}
