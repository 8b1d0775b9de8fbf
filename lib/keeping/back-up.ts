import { stat } from "node:fs/promises";
import { AhnlichError } from "../model/errors.js";
import { DiskRoom } from "../persistence/disk-room.js";
import { folderFailure } from "../persistence/folder-failure.js";
import { LmdbEnvironment } from "../persistence/lmdb.js";
import { decodeOwnerRow, encodeOwnerRow } from "../sharing/owner-row.js";
import { NewFolder } from "./new-folder.js";
import { verifyFile } from "./verify-file.js";

/** What can be backed up: it writes all it has, as it is at one moment, into a file that is not there yet. */
export interface BackupSource {
  copyTo(file: string, signal: AbortSignal | undefined): Promise<void>;
  /** About as large as the copy. */
  readonly bytes: number;
}

export interface BackupOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told now and then of the bytes that are written. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  /** What is still to be done to the file before it is verified; nobody owns it. */
  readonly change?: ((environment: LmdbEnvironment) => void) | undefined;
}

/** What has become of it. */
export interface Backup {
  readonly bytes: number;
  readonly entries: number;
}

/**
 * Writes a copy into a folder that is missing or empty. It is on disk and verified before the folder has a file by
 * which it could be opened; where anything fails, nothing is left of it.
 *
 * @throws INVALID_ARGUMENT · CORRUPT where the copy does not verify · DISK_FULL · READ_ONLY · IO_ERROR · the reason of
 * the signal
 */
export async function backUp(
  source: BackupSource,
  path: string,
  options: BackupOptions,
): Promise<Backup> {
  const { signal } = options;
  signal?.throwIfAborted();
  const folder = await NewFolder.begin(path);
  try {
    // LMDB does not survive that there is no room for its locks.
    new DiskRoom(folder.path, () => 0).check(source.bytes + roomForLocks);
    await copyWatched(source, folder.partial, options);
    signal?.throwIfAborted();
    await withoutOwner(folder.partial, options.change);
    const { entries, problems } = await verifyFile(folder.partial, { signal });
    if (problems.length > 0) throw notWhole(path, problems);
    signal?.throwIfAborted();
    const { size: bytes } = await stat(folder.partial);
    options.onProgress?.(bytes);
    await folder.finish();
    return { bytes, entries };
  } catch (error) {
    // Before what was written is taken away: a disk that is full would not look so any more.
    const failure = await folderFailure(error, path, "writing");
    await folder.discard();
    throw failure;
  }
}

/** Whoever copies does not say how far it is, but the file does. */
async function copyWatched(
  source: BackupSource,
  file: string,
  { signal, onProgress }: BackupOptions,
): Promise<void> {
  const watch = async (): Promise<void> => {
    const bytes = await stat(file).then(
      ({ size }) => size,
      () => 0,
    );
    if (bytes > 0) onProgress?.(bytes);
  };
  let failure: unknown;
  const timer = setInterval(() => {
    watch().catch((error) => {
      failure ??= error;
    });
  }, watchMs);
  try {
    await source.copyTo(file, signal);
    if (failure !== undefined) throw failure;
  } finally {
    clearInterval(timer);
  }
}

/** The copy has the row of its original's owner, who must not be taken for its own. */
async function withoutOwner(
  file: string,
  change: ((environment: LmdbEnvironment) => void) | undefined,
): Promise<void> {
  const environment = await LmdbEnvironment.open(file);
  try {
    const { epoch, owner } = decodeOwnerRow(environment.ownerRow, file);
    if (owner !== undefined) {
      const row = encodeOwnerRow({ epoch, owner: undefined });
      environment.transact(() => environment.putOwner(epoch, row));
    }
    change?.(environment);
  } finally {
    await environment.close();
  }
}

function notWhole(path: string, problems: readonly string[]): AhnlichError {
  const sentence = `the copy for ${path} does not verify, so it is not kept: ${problems[0]}`;
  return new AhnlichError("CORRUPT", sentence, { details: { problems: problems.length } });
}

const watchMs = 100;
const roomForLocks = 1024 * 1024;
