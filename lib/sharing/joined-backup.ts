import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type BackupSource, backUp } from "../keeping/back-up.js";
import { AhnlichError } from "../model/errors.js";
import { fileName } from "../persistence/file-name.js";
import { fileBytes } from "../persistence/lmdb-file.js";

/** A backup by a process that has joined the folder. */
export interface JoinedBackup {
  /** The folder that is shared. */
  readonly folder: string;
  /** Has its owner copy what it holds into a file that is not there yet. */
  readonly copy: (file: string) => Promise<unknown>;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (bytes: number) => void;
}

/**
 * Does all of a backup here but the copying itself: the folder, the progress, the verifying. Where the owner is gone
 * under it, the next one copies again.
 *
 * @throws as `engine.backup` · OUTCOME_UNKNOWN where owner after owner is gone
 */
export async function backUpJoined(
  path: string,
  { folder, copy, signal, onProgress }: JoinedBackup,
): Promise<{ bytes: number }> {
  const source: BackupSource = {
    bytes: fileBytes(join(folder, fileName)),
    copyTo: (file) => copyByOwners(file, copy, signal),
  };
  const { bytes } = await backUp(source, path, { signal, onProgress });
  return { bytes };
}

async function copyByOwners(
  file: string,
  copy: JoinedBackup["copy"],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let owners = 1; ; owners++) {
    try {
      await copy(file);
      return;
    } catch (error) {
      const isGone = error instanceof AhnlichError && error.code === "OUTCOME_UNKNOWN";
      if (!isGone || owners === ownersMax || signal?.aborted) throw error;
    }
    await rm(file, { force: true });
  }
}

const ownersMax = 10;
