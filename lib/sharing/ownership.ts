import { existsSync } from "node:fs";
import type { LmdbEnvironment } from "../persistence/lmdb.js";
import type { Ownership } from "../persistence/ownership.js";
import { bellFile } from "./bell-path.js";
import type { Claim } from "./claim.js";
import { decodeOwnerRow, encodeOwnerRow, type OwnerRow } from "./owner-row.js";

/**
 * Who owns a folder, in its environment too: each owner puts the next epoch, and every commit compares the epoch with
 * its own. So one whose claim was lost while it stood still, since somebody had removed its socket, writes nothing.
 */
export class EpochOwnership implements Ownership {
  readonly epoch: number;
  readonly #claim: Claim;
  readonly #letGo: () => void;

  private constructor(claim: Claim, epoch: number, letGo: () => void) {
    this.#claim = claim;
    this.epoch = epoch;
    this.#letGo = letGo;
  }

  /**
   * `letGo` is called when all is given up. The epoch never falls, so that a former owner that wakes up does not
   * find its own there.
   */
  static take(environment: LmdbEnvironment, claim: Claim, letGo: () => void): EpochOwnership {
    const epoch = environment.transact(() => {
      const next = decodeOwnerRow(environment.ownerRow, claim.folder).epoch + 1;
      environment.putOwner(next, encodeOwnerRow({ epoch: next, owner: claim.owner }));
      return next;
    });
    return new EpochOwnership(claim, epoch, letGo);
  }

  get isHeld(): boolean {
    const file = bellFile(this.#claim.folder, this.#claim.owner.nonce);
    return file === undefined || existsSync(file);
  }

  release(environment: LmdbEnvironment): void {
    environment.transact(() => {
      const row = decodeOwnerRow(environment.ownerRow, this.#claim.folder);
      if (!this.#isOurs(row)) return;
      const left = encodeOwnerRow({ epoch: this.epoch, owner: undefined });
      environment.putOwner(this.epoch, left);
    });
  }

  end(): Promise<void> {
    return this.#claim.end().finally(this.#letGo);
  }

  #isOurs({ epoch, owner }: OwnerRow): boolean {
    return epoch === this.epoch && owner?.nonce === this.#claim.owner.nonce;
  }
}
