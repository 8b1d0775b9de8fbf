import { mkdir, open, readdir, realpath, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { AhnlichError } from "../model/errors.js";
import { fileName } from "../persistence/file-name.js";
import { folderFailure } from "../persistence/folder-failure.js";
import { syncFolder } from "../persistence/lmdb-file.js";
import { partialName, refuseUnfinishedCopy } from "../persistence/unfinished-copy.js";

/**
 * A folder in the making: its file is written under another name, which nothing takes for a folder of ours, and
 * gets its own when all is done. What is broken off is taken away again.
 */
export class NewFolder {
  readonly path: string;
  /** What the file is called until it is done; it is not there yet. */
  readonly partial: string;
  /** Folders that were made for it, the outermost first. */
  readonly #made: readonly string[];

  private constructor(path: string, made: readonly string[]) {
    this.path = path;
    this.partial = join(path, partialName);
    this.#made = made;
  }

  /**
   * Makes the folder where it is missing.
   *
   * @throws INVALID_ARGUMENT where it holds something, or where there is a file · READ_ONLY · DISK_FULL · IO_ERROR
   */
  static async begin(path: string): Promise<NewFolder> {
    const made: string[] = [];
    try {
      await makeFolder(resolve(path), made);
      const [first] = await readdir(path);
      if (first !== undefined) {
        refuseUnfinishedCopy(path);
        throw notEmpty(path, first);
      }
      return new NewFolder(await realpath(path), made);
    } catch (error) {
      await removeFolders(made);
      throw await folderFailure(error, path, "making");
    }
  }

  /** Gives the file its name once it is on disk. */
  async finish(): Promise<void> {
    const file = await open(this.partial, "r+");
    try {
      await file.chmod(0o600);
      await file.sync();
    } finally {
      await file.close();
    }
    await rm(`${this.partial}-lock`, { force: true });
    await rename(this.partial, join(this.path, fileName));
    syncFolder(this.path);
    for (const folder of this.#made) syncFolder(dirname(folder));
  }

  /** Takes away what was made. Never rejects. */
  async discard(): Promise<void> {
    for (const file of [this.partial, `${this.partial}-lock`]) {
      await rm(file, { force: true }).catch(() => {});
    }
    await removeFolders(this.#made);
  }
}

/** Node's own recursive way never ends where a file system lets nobody make folders. */
async function makeFolder(path: string, made: string[]): Promise<void> {
  if (await isThere(path)) return;
  if (dirname(path) !== path) await makeFolder(dirname(path), made);
  await mkdir(path, { mode: 0o700 });
  made.push(path);
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Those that hold something by now are somebody else's as well. */
async function removeFolders(made: readonly string[]): Promise<void> {
  for (const folder of [...made].reverse()) await rmdir(folder).catch(() => {});
}

function notEmpty(path: string, first: string): AhnlichError {
  const sentence = `${path}: expected a folder that is missing or empty, got one with ${first}`;
  return new AhnlichError("INVALID_ARGUMENT", sentence, { details: { path } });
}
