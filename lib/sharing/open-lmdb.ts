import type { Clock, Random } from "../engine/ports.js";
import { diskFailure } from "../persistence/disk-failure.js";
import { LmdbEnvironment, readOwnerRow } from "../persistence/lmdb.js";
import { type LmdbFile, prepareFile } from "../persistence/lmdb-file.js";
import { LmdbPersistence, type Ownership } from "../persistence/lmdb-persistence.js";
import { checkLock } from "./check-lock.js";
import type { Doorbell } from "./doorbell.js";
import { type HeldFolder, holdFolder } from "./held-folders.js";
import type { Invitation } from "./invitation.js";
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
  /** Lets other processes in; without it they get LOCKED. */
  readonly invitation?: Invitation | undefined;
}

/**
 * Opens the folder's environment as its owner.
 *
 * @throws LOCKED where a living process owns it, this one included · INVALID_ARGUMENT where the path is a file ·
 * READ_ONLY where it cannot be written · CORRUPT · DISK_FULL · IO_ERROR
 */
export async function openLmdb(options: OpenLmdbOptions): Promise<LmdbPersistence> {
  const place = prepareFile(options.path);
  const held = holdFolder(place.folder, options.clock.now());
  try {
    return await openHeld(place, options, held);
  } catch (error) {
    held.letGo();
    throw await diskFailure(error, place.folder, "opening");
  }
}

async function openHeld(
  { folder, file, written }: LmdbFile,
  options: OpenLmdbOptions,
  held: HeldFolder,
): Promise<LmdbPersistence> {
  const { doorbell, random, clock, threads, invitation } = options;
  if (written) {
    const row = decodeOwnerRow(await readOwnerRow(file), folder);
    await checkUnowned(row, folder, doorbell);
    if (row.owner !== undefined) await checkLock(folder, file, row.owner);
  }
  const environment = await LmdbEnvironment.open(file);
  try {
    const claim = { environment, folder, doorbell, random, clock, invitation };
    const taken = await takeOwnership(claim);
    held.owner = taken.owner;
    const ownership: Ownership = {
      epoch: taken.epoch,
      get isHeld() {
        return taken.isHeld;
      },
      release: () => {
        held.owner = undefined;
        taken.release();
      },
      end: () => taken.end().finally(() => held.letGo()),
    };
    return new LmdbPersistence({ environment, file, ownership, threads });
  } catch (error) {
    await environment.close();
    throw error;
  }
}
