import { existsSync } from "node:fs";
import { hostname } from "node:os";
import type { Clock, Random } from "../engine/ports.js";
import { AhnlichError } from "../model/errors.js";
import type { LmdbEnvironment } from "../persistence/lmdb.js";
import type { Ownership } from "../persistence/lmdb-persistence.js";
import type { Transport } from "../transport/transport.js";
import { bellFile, bellPath, removeBell, sweepBells } from "./bell-path.js";
import type { Doorbell, HungDoorbell } from "./doorbell.js";
import type { Invitation } from "./invitation.js";
import { decodeOwnerRow, encodeOwnerRow, type Owner, type OwnerRow } from "./owner-row.js";

export interface Claim {
  readonly environment: LmdbEnvironment;
  readonly folder: string;
  readonly doorbell: Doorbell;
  readonly random: Random;
  readonly clock: Clock;
  readonly invitation?: Invitation | undefined;
}

/**
 * Becomes the folder's owner, unless another lives. The bell hangs before the row that names it is
 * committed, and the row changes only in a write transaction that finds it as it was when its owner was
 * rung for: so of many who come at once one wins, and the others find the winner at home.
 *
 * @throws LOCKED with the owner's pid and since when
 */
export async function takeOwnership(claim: Claim): Promise<HeldOwnership> {
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

/** Expected a folder that nobody owns, got one that is owned; `why` says what stands in the way of joining it. */
export function locked(
  folder: string,
  owner: Pick<Owner, "pid" | "host" | "started" | "shared">,
  why: string = owner.shared === undefined ? "" : ", which shares it: open it with `shared` too",
): AhnlichError {
  const { pid, host, started } = owner;
  const since = new Date(started).toISOString();
  const sentence = `${folder} is owned by process ${pid} on ${host} since ${since}${why}`;
  return new AhnlichError("LOCKED", sentence, { details: { path: folder, pid, host, since } });
}

/** Undefined where somebody has come between. */
async function claimAfter(seen: OwnerRow, claim: Claim): Promise<HeldOwnership | undefined> {
  const { environment, folder, doorbell, invitation } = claim;
  const welcome = invitation && ((transport: Transport) => invitation.welcome(transport));
  const ours = ourRow(seen.epoch + 1, claim);
  using bell = bellPath(folder, ours.owner.nonce);
  let hung: HungDoorbell | undefined;
  try {
    environment.transact(() => {
      if (!isSame(decodeOwnerRow(environment.ownerRow, folder), seen)) return;
      hung = doorbell.hang(bell.path, welcome);
      environment.putOwner(ours.epoch, encodeOwnerRow(ours));
    });
  } catch (error) {
    await hung?.close();
    removeBell(folder, ours.owner.nonce);
    throw error;
  }
  if (hung === undefined) return undefined;
  sweepBells(folder, ours.owner.nonce);
  return new HeldOwnership(environment, folder, ours, hung);
}

/** The right to write, and the bell that shows that its owner lives. */
export class HeldOwnership implements Ownership {
  readonly epoch: number;
  readonly owner: Owner;
  readonly #environment: LmdbEnvironment;
  readonly #folder: string;
  readonly #row: OwnedRow;
  readonly #bell: HungDoorbell;

  constructor(environment: LmdbEnvironment, folder: string, row: OwnedRow, bell: HungDoorbell) {
    this.epoch = row.epoch;
    this.owner = row.owner;
    this.#environment = environment;
    this.#folder = folder;
    this.#row = row;
    this.#bell = bell;
  }

  get isHeld(): boolean {
    const file = bellFile(this.#folder, this.#row.owner.nonce);
    return file === undefined || existsSync(file);
  }

  /** The epoch stays in the row: a former owner that wakes up must not find its own there. */
  release(): void {
    this.#environment.transact(() => {
      const row = decodeOwnerRow(this.#environment.ownerRow, this.#folder);
      if (!isSame(row, this.#row)) return;
      const left = encodeOwnerRow({ epoch: this.epoch, owner: undefined });
      this.#environment.putOwner(this.epoch, left);
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

function ourRow(epoch: number, { random, clock, invitation }: Claim): OwnedRow {
  const nonce = Buffer.from(random.bytes(16)).toString("hex");
  const owner = { nonce, pid: process.pid, host: hostname(), started: clock.now() };
  if (invitation === undefined) return { epoch, owner };
  return { epoch, owner: { ...owner, shared: { limits: invitation.limits } } };
}

function isSame(a: OwnerRow, b: OwnerRow): boolean {
  return a.epoch === b.epoch && a.owner?.nonce === b.owner?.nonce;
}

const attempts = 16;
