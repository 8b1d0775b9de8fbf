import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import type { Clock, Random } from "../engine/ports.js";
import { AhnlichError } from "../model/errors.js";
import type { Transport } from "../transport/transport.js";
import { bellPath } from "./bell-path.js";
import type { Doorbell, HungDoorbell } from "./doorbell.js";
import type { Invitation } from "./invitation.js";
import { locked } from "./locked.js";
import { hasNote, noncesIn, putNote, removeNote } from "./owner-notes.js";
import type { Owner } from "./owner-row.js";
import { type Resident, residentsOf } from "./residents.js";

export interface ClaimOptions {
  readonly folder: string;
  readonly doorbell: Doorbell;
  readonly random: Random;
  readonly clock: Clock;
  readonly invitation?: Invitation | undefined;
}

/**
 * The sole right to a folder while it is held, and the bell that shows it. LMDB must not be asked who owns an
 * environment: opening it while another process commits may undo what that has committed. So a claim comes first,
 * and of several processes at most one has it.
 *
 * Whoever claims hangs a bell, and only then looks whether another answers. So of two at least one sees the
 * other; the one with the lower nonce waits until the other has withdrawn, or turned out to be the owner.
 */
export class Claim {
  readonly folder: string;
  readonly owner: Owner;
  readonly #bell: HungDoorbell;

  private constructor(folder: string, owner: Owner, bell: HungDoorbell) {
    this.folder = folder;
    this.owner = owner;
    this.#bell = bell;
  }

  /** @throws LOCKED where another process lives in the folder; IO_ERROR where no bell can be hung */
  static async make(options: ClaimOptions): Promise<Claim> {
    const { folder, doorbell } = options;
    const ends = performance.now() + patienceMs;
    while (performance.now() < ends) {
      const claim = Claim.#hang(options);
      try {
        if (await claim.#isAlone(doorbell, ends)) return claim;
      } catch (error) {
        await claim.end();
        throw error;
      }
      await claim.end();
      await pause(pauseMs * Math.random());
    }
    throw new AhnlichError("LOCKED", `${folder} is being opened by another process`, {
      details: { path: folder },
    });
  }

  /** Others learn who it is, and what those have left is removed who are no more. */
  establish(): void {
    putNote(this.folder, this.owner.nonce, this.owner);
    for (const nonce of noncesIn(this.folder)) {
      if (nonce !== this.owner.nonce) removeNote(this.folder, nonce);
    }
  }

  /** Idempotent. */
  async end(): Promise<void> {
    await this.#bell.close();
    removeNote(this.folder, this.owner.nonce);
  }

  static #hang(options: ClaimOptions): Claim {
    const { folder, doorbell, invitation } = options;
    const owner = newOwner(options);
    const welcome = invitation && ((transport: Transport) => invitation.welcome(transport));
    using bell = bellPath(folder, owner.nonce);
    try {
      putNote(folder, owner.nonce);
      return new Claim(folder, owner, doorbell.hang(bell.path, welcome));
    } catch (error) {
      removeNote(folder, owner.nonce);
      throw error;
    }
  }

  /** False where it must withdraw for the moment. @throws LOCKED where there is an owner */
  async #isAlone(doorbell: Doorbell, ends: number): Promise<boolean> {
    const { folder, owner } = this;
    while (performance.now() < ends) {
      // Our own bell is asked only where the note does not tell that we were not taken for dead: asking takes long.
      const own = hasNote(folder, owner.nonce) ? owner.nonce : undefined;
      const residents = await residentsOf(folder, doorbell, own);
      const others = residents.filter(({ nonce }) => nonce !== owner.nonce);
      for (const other of others) if (other.owner !== undefined) throw locked(folder, other.owner);
      if (!this.#isSeen(residents)) return false;
      if (others.length === 0) return true;
      if (others.some(({ nonce }) => nonce < owner.nonce)) return false;
      await pause(pauseMs * Math.random());
    }
    return false;
  }

  /** An owner that came and went may have taken it for one that is no more. */
  #isSeen(residents: readonly Resident[]): boolean {
    const { nonce } = this.owner;
    return hasNote(this.folder, nonce) || residents.some((each) => each.nonce === nonce);
  }
}

function newOwner({ random, clock, invitation }: ClaimOptions): Owner {
  const nonce = Buffer.from(random.bytes(16)).toString("hex");
  const owner = { nonce, pid: process.pid, host: hostname(), started: clock.now() };
  if (invitation === undefined) return owner;
  return { ...owner, shared: { limits: invitation.limits } };
}

const patienceMs = 5_000;
const pauseMs = 20;
