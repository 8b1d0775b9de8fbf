import { renameSync, rmSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { AhnlichError } from "../model/errors.js";
import { CommitWorker } from "./commit-worker.js";
import { diskFailure } from "./disk-failure.js";
import { LmdbEnvironment } from "./lmdb.js";
import { syncFolderBehind } from "./lmdb-file.js";
import type { Ownership } from "./ownership.js";

/**
 * A new file that takes the place of an environment's, without the space that is free in it. It is begun while writes
 * go on, and follows them; only the last step wants them to wait.
 *
 *   begin ── fill: all rows ── follow: what was committed meanwhile ── replace: the names change hands
 *
 * Whenever the process ends, the folder has a whole file under the one name that counts.
 */
export class Compaction {
  readonly #file: string;
  readonly #owner: Pick<Ownership, "epoch" | "isHeld">;
  readonly #environment: LmdbEnvironment;
  readonly #worker: CommitWorker | undefined;
  #isInPlace = false;

  private constructor(
    file: string,
    owner: Pick<Ownership, "epoch" | "isHeld">,
    environment: LmdbEnvironment,
    worker: CommitWorker | undefined,
  ) {
    this.#file = file;
    this.#owner = owner;
    this.#environment = environment;
    this.#worker = worker;
  }

  /**
   * @param row of the owner
   * @param threads as of the persistence; with 0 rows are written here in slices
   */
  static async begin(
    file: string,
    owner: Pick<Ownership, "epoch" | "isHeld">,
    row: Uint8Array,
    threads: number,
  ): Promise<Compaction> {
    sweepCompaction(file);
    checkRoomForLocks(file);
    const worker = threads > 0 ? new CommitWorker(newName(file), true) : undefined;
    try {
      // Making it takes some syncs, for which this thread does not wait where it need not.
      await worker?.own(owner.epoch, row);
      const environment = await LmdbEnvironment.open(newName(file));
      if (!worker) environment.transact(() => environment.putOwner(owner.epoch, row));
      return new Compaction(file, owner, environment, worker);
    } catch (error) {
      const failure = await diskFailure(causeOf(error), dirname(file), "compacting");
      await worker?.close();
      sweepCompaction(file);
      throw failure;
    }
  }

  /** Takes rows in the order of their tables and keys. */
  fill(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#write(bytes, true);
  }

  /** Takes what was committed since before the rows were read, in that order: the rows may have it already. */
  follow(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#write(bytes, false);
  }

  /**
   * Takes the place of the former environment, in which nothing is being written. Whoever would take the folder from
   * us needs a transaction there, so in one it is made sure that it is ours. A `failure` came when the file already had
   * its name, so the former one is nobody's any more; but the name may not be on disk.
   *
   * @throws INTERNAL where a row is missing here, LOCKED; then nothing has changed
   */
  async replace(former: LmdbEnvironment): Promise<Replacement> {
    const [expected, got] = [former.countRows(), this.#environment.countRows()];
    if (expected !== got) {
      throw new AhnlichError("INTERNAL", `compacting: expected rows ${expected}, got ${got}`);
    }
    const [file, environment] = [this.#file, this.#environment];
    let failure: unknown;
    try {
      former.transact(() => this.#rename(former));
      await syncFolderBehind(dirname(file));
    } catch (error) {
      if (!this.#isInPlace) throw error;
      failure = error;
    }
    // What is committed from now on gives way to nobody.
    const worker = this.#worker && new CommitWorker(file);
    return { environment, ...(worker && { worker }), ...(failure !== undefined && { failure }) };
  }

  /** Ends its thread, and takes away what was made, unless it has taken the place. */
  async end(): Promise<void> {
    await this.#worker?.close();
    if (this.#isInPlace) return;
    await this.#environment.close();
    if (this.#owner.isHeld) sweepCompaction(this.#file);
  }

  #rename(former: LmdbEnvironment): void {
    const file = this.#file;
    if (!former.isOwnedBy(this.#owner.epoch)) {
      throw new AhnlichError("LOCKED", `${file} is another's`);
    }
    // In this order there is at no time a lock file that belongs to another data file.
    rmSync(`${file}-lock`, { force: true });
    renameSync(newName(file), file);
    this.#isInPlace = true;
    renameSync(`${newName(file)}-lock`, `${file}-lock`);
  }

  async #write(bytes: Uint8Array<ArrayBuffer>, isOrdered: boolean): Promise<void> {
    const owned = this.#worker
      ? await this.#worker.write(bytes, this.#owner.epoch, isOrdered)
      : await this.#environment.writeInTurns(bytes, this.#owner.epoch, isOrdered);
    if (!owned) throw new AhnlichError("INTERNAL", "compacting: the new file is not ours");
  }
}

/** Removes what a process that was killed has left of a compaction; only the owner may. */
export function sweepCompaction(file: string): void {
  for (const name of [newName(file), `${newName(file)}-lock`]) rmSync(name, { force: true });
}

/** Why a thread has ended before it had the environment open. */
function causeOf(error: unknown): unknown {
  const isEnded = error instanceof AhnlichError && error.code === "OUTCOME_UNKNOWN";
  return (isEnded && error.cause) || error;
}

/** LMDB does not survive that there is no room for its locks. @throws DISK_FULL */
function checkRoomForLocks(file: string): void {
  const folder = dirname(file);
  const { bsize, blocks, bavail } = statfsSync(folder);
  if (blocks === 0 || bavail * bsize >= roomForLocks) return;
  const sentence = `compacting ${folder}: expected ${roomForLocks} bytes of free space at least`;
  throw new AhnlichError("DISK_FULL", sentence, { details: { path: folder } });
}

const roomForLocks = 1024 * 1024;

function newName(file: string): string {
  return `${file}.compact`;
}

export interface Replacement {
  readonly environment: LmdbEnvironment;
  readonly worker?: CommitWorker;
  readonly failure?: unknown;
}
