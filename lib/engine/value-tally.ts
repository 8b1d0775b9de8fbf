import { canonicalText } from "../model/canonical-text.js";
import type { MetadataValue } from "../model/metadata.js";
import type { Steps } from "./steps.js";

/** A value, its canonical text, and how often it came. */
export interface Tallied {
  readonly value: MetadataValue;
  readonly text: string;
  count: number;
}

/**
 * Counts values in bounded memory. Where too many are different, some of them, as a hash has it, are left for another
 * pass: who counts goes over everything as long as `begins` says so.
 */
export class ValueTally {
  readonly #bytesMax: number;
  /** Those from `#from` to before `#to` are counted in this pass, the ones behind in another. */
  readonly #shares: Share[] = Array.from({ length: shares }, newShare);
  #from = 0;
  #to = 0;
  #bytes = 0;

  constructor(bytesMax: number = standardBytesMax) {
    this.#bytesMax = bytesMax;
  }

  /** Whether there is a pass to make; what was counted in the one before is gone. */
  begins(): boolean {
    // Nothing is counted in these again: an empty one stands for all.
    this.#shares.fill(newShare(), this.#from, this.#to);
    this.#from = this.#to;
    this.#to = shares;
    this.#bytes = 0;
    return this.#from < this.#to;
  }

  add(value: MetadataValue): void {
    this.#count(value, canonicalText(value));
  }

  /** Each element once, however often it is there. */
  addElements(values: readonly MetadataValue[]): void {
    const different = new Map(values.map((value) => [canonicalText(value), value]));
    for (const [text, value] of different) this.#count(value, text);
  }

  /** What was counted in this pass. */
  *visit(visit: (tallied: Tallied) => void): Steps<void> {
    for (const { tallied } of this.#shares.slice(this.#from, this.#to)) {
      for (const one of tallied.values()) {
        visit(one);
        yield;
      }
    }
  }

  #count(value: MetadataValue, text: string): void {
    const at = hashOf(text) % shares;
    if (at < this.#from || at >= this.#to) return;
    const share = this.#shares[at] as Share;
    const known = share.tallied.get(text);
    if (known !== undefined) {
      known.count++;
      return;
    }
    share.tallied.set(text, { value, text, count: 1 });
    // The text, the value, and what a map takes for it.
    const bytes = text.length * 4 + 150;
    share.bytes += bytes;
    this.#bytes += bytes;
    while (this.#bytes > this.#bytesMax && this.#to - this.#from > 1) this.#leaveOne();
  }

  #leaveOne(): void {
    const share = this.#shares[--this.#to] as Share;
    this.#bytes -= share.bytes;
    this.#shares[this.#to] = newShare();
  }
}

interface Share {
  readonly tallied: Map<string, Tallied>;
  bytes: number;
}

function newShare(): Share {
  return { tallied: new Map(), bytes: 0 };
}

/** FNV-1a over UTF-16 units, its bits mixed once more. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

const shares = 256;
const standardBytesMax = 64 * 2 ** 20;
