import { type StatsFs, statfsSync } from "node:fs";
import { AhnlichError } from "../model/errors.js";

/**
 * How much more may be written to a folder. A reserve of the disk is left alone: 256 MiB or 5 % of it, whichever
 * is less; deleting needs pages too, and so do others. The disk is not asked before every write, but when a
 * quarter of what was left may have been written since, or a second has passed.
 */
export class DiskRoom {
  readonly #folder: string;
  readonly #spare: () => number;
  readonly #measure: (folder: string) => Measured;
  /** What may be written, and until when, before the disk is asked again. */
  #allowance = 0;
  #until = 0;

  /** @param spare bytes of the file that hold nothing, and are used before it grows */
  constructor(
    folder: string,
    spare: () => number,
    measure: (folder: string) => Measured = statfsSync,
  ) {
    this.#folder = folder;
    this.#spare = spare;
    this.#measure = measure;
  }

  /** @throws DISK_FULL where a write of so many bytes would take of the reserve */
  check(bytes: number): void {
    const now = performance.now();
    this.#allowance -= bytes + bytesBeside;
    if (this.#allowance >= 0 && now < this.#until) return;
    const left = this.#left();
    if (left < bytes) throw this.#full(bytes, left);
    this.#allowance = left / 4;
    this.#until = now + allowanceMs;
  }

  /** Whether another file of about so many bytes finds room beside the reserve. */
  isThereFor(bytes: number): boolean {
    const { free, reserve } = spaceOf(this.#measured());
    return free - reserve >= bytes * 1.25 + fileBytesBeside;
  }

  /**
   * Bytes that may be written. Where the disk has less than the reserve, there must be as much of it within the file,
   * and a quarter of the rest counts: the file may have to grow all the same, by values that find no room in one piece
   * and for pages that are still read.
   */
  #left(): number {
    const { free, reserve } = spaceOf(this.#measured());
    return free >= reserve ? free - reserve : (this.#spare() - reserve) / 4;
  }

  /** A file system that counts no blocks, or cannot be asked, tells nothing. */
  #measured(): Measured {
    try {
      const measured = this.#measure(this.#folder);
      return measured.blocks > 0 ? measured : unmeasured;
    } catch {
      return unmeasured;
    }
  }

  #full(bytes: number, left: number): AhnlichError {
    const sentence =
      `the disk of ${this.#folder} is nearly full: expected room for ${bytes} bytes beside the reserve, ` +
      `got ${Math.max(0, Math.floor(left))}; deleting and dropping go on`;
    return new AhnlichError("DISK_FULL", sentence, { details: { path: this.#folder } });
  }
}

/** Whether the folder's disk has less left than the reserve; false where it cannot be asked. */
export function isNearlyFull(folder: string): boolean {
  try {
    const { free, reserve } = spaceOf(statfsSync(folder));
    return free <= reserve;
  } catch {
    return false;
  }
}

type Measured = Pick<StatsFs, "bsize" | "blocks" | "bavail">;

function spaceOf({ bsize, blocks, bavail }: Measured): { free: number; reserve: number } {
  return { free: bavail * bsize, reserve: Math.min(reserveBytes, blocks * bsize * reserveShare) };
}

const unmeasured: Measured = { bsize: 1, blocks: 1, bavail: Number.MAX_SAFE_INTEGER };
const reserveBytes = 256 * 1024 * 1024;
const reserveShare = 0.05;
/** What even the smallest write takes, at a guess. */
const bytesBeside = 4_096;
/** What is written to both files while the other is made. */
const fileBytesBeside = 64 * 1024 * 1024;
const allowanceMs = 1_000;
