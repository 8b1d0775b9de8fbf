import type { Clock, Random } from "../engine/ports.js";
import { diskFailure } from "../persistence/disk-failure.js";
import { FileWarming } from "../persistence/file-warming.js";
import { LmdbEnvironment } from "../persistence/lmdb.js";
import { type LmdbFile, prepareFile, readyFile } from "../persistence/lmdb-file.js";
import { LmdbPersistence } from "../persistence/lmdb-persistence.js";
import { awaitDeparted } from "./await-departed.js";
import { Claim } from "./claim.js";
import type { Doorbell } from "./doorbell.js";
import { holdFolder } from "./held-folders.js";
import type { Invitation } from "./invitation.js";
import { EpochOwnership } from "./ownership.js";

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
  const letGo = holdFolder(place.folder, options.clock.now());
  try {
    return await openHeld(place, options, letGo);
  } catch (error) {
    letGo();
    throw await diskFailure(error, place.folder, "opening");
  }
}

async function openHeld(
  { folder, file }: LmdbFile,
  options: OpenLmdbOptions,
  letGo: () => void,
): Promise<LmdbPersistence> {
  const claim = await Claim.make({ ...options, folder });
  try {
    await awaitDeparted(claim, file);
    readyFile(file);
    return await openClaimed(claim, file, options.threads, letGo);
  } catch (error) {
    await claim.end();
    throw error;
  }
}

async function openClaimed(
  claim: Claim,
  file: string,
  threads: number,
  letGo: () => void,
): Promise<LmdbPersistence> {
  const environment = await LmdbEnvironment.open(file, FileWarming.of(file));
  try {
    const ownership = EpochOwnership.take(environment, claim, letGo);
    claim.establish();
    return new LmdbPersistence({ environment, file, ownership, threads });
  } catch (error) {
    await environment.close();
    throw error;
  }
}
