import type { Clock, Random } from "../engine/ports.js";
import { diskFailure } from "../persistence/disk-failure.js";
import { LmdbEnvironment, readOwnerRow } from "../persistence/lmdb.js";
import { type LmdbFile, prepareFile } from "../persistence/lmdb-file.js";
import { LmdbPersistence, type Ownership } from "../persistence/lmdb-persistence.js";
import type { Doorbell } from "./doorbell.js";
import { holdFolder } from "./held-folders.js";
import { decodeOwnerRow } from "./owner-row.js";
import { checkUnowned, takeOwnership } from "./ownership.js";

export interface OpenLmdbOptions {
  /** The folder; it is made where it is missing. */
  readonly path: string;
  /** Threads that may be used beside this one, from 0. */
  readonly threads: number;
  readonly doorbell: Doorbell;
  readonly random: Random;
  readonly clock: Clock;
}

/**
 * Opens the folder's environment as its owner.
 *
 * @throws LOCKED where a living process owns it, this one included · INVALID_ARGUMENT where the path is a file ·
 * READ_ONLY where it cannot be written · CORRUPT · DISK_FULL · IO_ERROR
 */
export async function openLmdb(options: OpenLmdbOptions): Promise<LmdbPersistence> {
  const place = prepareFile(options.path);
  const letGo = holdFolder(place.folder, options.clock.now());
  try {
    return await openHeld(place, options, letGo);
  } catch (error) {
    letGo();
    throw await diskFailure(error, place.folder, "opening");
  }
}

async function openHeld(
  { folder, file, written }: LmdbFile,
  options: OpenLmdbOptions,
  letGo: () => void,
): Promise<LmdbPersistence> {
  const { doorbell, random, clock, threads } = options;
  if (written) {
    await checkUnowned(decodeOwnerRow(await readOwnerRow(file), folder), folder, doorbell);
  }
  const environment = await LmdbEnvironment.open(file);
  try {
    const taken = await takeOwnership({ environment, folder, doorbell, random, clock });
    const ownership: Ownership = {
      epoch: taken.epoch,
      release: (latest) => taken.release(latest),
      end: () => taken.end().finally(letGo),
    };
    return new LmdbPersistence({ environment, file, ownership, threads });
  } catch (error) {
    await environment.close();
    throw error;
  }
}
