import { hostname } from "node:os";
import type { Clock, Random } from "../engine/ports.js";
import { AhnlichError } from "../model/errors.js";
import type { LmdbEnvironment } from "../persistence/lmdb.js";
import type { Ownership } from "../persistence/lmdb-persistence.js";
import { bellPath, removeBell, sweepBells } from "./bell-path.js";
import type { Doorbell, HungDoorbell } from "./doorbell.js";
import { decodeOwnerRow, encodeOwnerRow, type Owner, type OwnerRow } from "./owner-row.js";

export interface Claim {
  readonly environment: LmdbEnvironment;
  readonly folder: string;
  readonly doorbell: Doorbell;
  readonly random: Random;
  readonly clock: Clock;
}

/**
 * Becomes the folder's owner, unless another lives. The bell hangs before the row that names it is
 * committed, and the row changes only in a write transaction that finds it as it was when its owner was
 * rung for: so of many who come at once one wins, and the others find the winner at home.
 *
 * @throws LOCKED with the owner's pid and since when
 */
export async function takeOwnership(claim: Claim): Promise<Ownership> {
  const { environment, folder, doorbell } = claim;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const seen = decodeOwnerRow(environment.ownerRow, folder);
    await checkUnowned(seen, folder, doorbell);
    const ownership = await claimAfter(seen, claim);
    if (ownership !== undefined) return ownership;
  }
  throw new AhnlichError("LOCKED", `${folder} has changed hands ${attempts} times while we asked`);
}

/** @throws LOCKED where the row's owner answers */
export async function checkUnowned(
  { owner }: OwnerRow,
  folder: string,
  doorbell: Doorbell,
): Promise<void> {
  if (owner === undefined) return;
  using bell = bellPath(folder, owner.nonce);
  if (await doorbell.answers(bell.path)) throw locked(folder, owner);
}

/** Expected a folder that nobody owns, got one that is owned. */
export function locked(
  folder: string,
  owner: Pick<Owner, "pid" | "host" | "started">,
): AhnlichError {
  const { pid, host, started } = owner;
  const since = new Date(started).toISOString();
  const sentence = `${folder} is owned by process ${pid} on ${host} since ${since}`;
  return new AhnlichError("LOCKED", sentence, { details: { path: folder, pid, host, since } });
}

/** Undefined where somebody has come between. */
async function claimAfter(seen: OwnerRow, claim: Claim): Promise<Ownership | undefined> {
  const { environment, folder, doorbell } = claim;
  const ours = ourRow(seen.epoch + 1, claim);
  using bell = bellPath(folder, ours.owner.nonce);
  let hung: HungDoorbell | undefined;
  try {
    environment.transact(() => {
      if (!isSame(decodeOwnerRow(environment.ownerRow, folder), seen)) return;
      hung = doorbell.hang(bell.path);
      environment.putOwner(ours.epoch, encodeOwnerRow(ours));
    });
  } catch (error) {
    await hung?.close();
    removeBell(folder, ours.owner.nonce);
    throw error;
  }
  if (hung === undefined) return undefined;
  sweepBells(folder, ours.owner.nonce);
  return new HeldOwnership(folder, ours, hung);
}

class HeldOwnership implements Ownership {
  readonly epoch: number;
  readonly #folder: string;
  readonly #row: OwnedRow;
  readonly #bell: HungDoorbell;

  constructor(folder: string, row: OwnedRow, bell: HungDoorbell) {
    this.epoch = row.epoch;
    this.#folder = folder;
    this.#row = row;
    this.#bell = bell;
  }

  /** The epoch stays in the row: a former owner that wakes up must not find its own there. */
  release(environment: LmdbEnvironment): void {
    environment.transact(() => {
      const row = decodeOwnerRow(environment.ownerRow, this.#folder);
      if (!isSame(row, this.#row)) return;
      const left = encodeOwnerRow({ epoch: this.epoch, owner: undefined });
      environment.putOwner(this.epoch, left);
    });
  }

  async end(): Promise<void> {
    await this.#bell.close();
    removeBell(this.#folder, this.#row.owner.nonce);
  }
}

interface OwnedRow extends OwnerRow {
  readonly owner: Owner;
}

function ourRow(epoch: number, { random, clock }: Claim): OwnedRow {
  const nonce = Buffer.from(random.bytes(16)).toString("hex");
  const owner = { nonce, pid: process.pid, host: hostname(), started: clock.now() };
  return { epoch, owner };
}

function isSame(a: OwnerRow, b: OwnerRow): boolean {
  return a.epoch === b.epoch && a.owner?.nonce === b.owner?.nonce;
}

const attempts = 16;
