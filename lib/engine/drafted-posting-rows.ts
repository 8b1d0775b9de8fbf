import type { Snapshot } from "../persistence/persistence.js";
import type { Row } from "../persistence/table.js";
import type { WriteBatch } from "../persistence/write-batch.js";
import type { BlockRow, BlockRows } from "../rows/merge-postings.js";
import { behind, endOfKey, keyBytes, postingsOf, putPostings } from "../rows/posting-rows.js";

/** The rows of one block that a draft has put, by their ends in order; null where it has deleted one. */
export interface WrittenPostings {
  readonly ends: readonly string[];
  readonly bodies: readonly (Uint8Array | null)[];
}

/** The rows of one block as a draft finds and writes them: asked and written in the order of their ends. */
export class DraftedPostingRows implements BlockRows {
  readonly #batch: WriteBatch;
  readonly #snapshot: Snapshot;
  readonly #prefix: string;
  readonly #beyond: Uint8Array;
  readonly #below: WrittenPostings;
  readonly #ends: string[] = [];
  readonly #bodies: (Uint8Array | null)[] = [];
  #rows: Iterator<Row> | undefined;
  /** The next row of the snapshot, which none is like that the draft below has written. */
  #ahead: BlockRow | undefined;

  /** @param place the prefix of the block's keys, and what the draft below has written of it */
  constructor(
    batch: WriteBatch,
    snapshot: Snapshot,
    place: { prefix: string; below: WrittenPostings | undefined },
  ) {
    this.#batch = batch;
    this.#snapshot = snapshot;
    this.#prefix = place.prefix;
    this.#beyond = keyBytes(behind(place.prefix));
    this.#below = place.below ?? nothing;
  }

  /** What was written. */
  get written(): WrittenPostings {
    return { ends: this.#ends, bodies: this.#bodies };
  }

  /** Lets go of the snapshot's rows. */
  close(): void {
    this.#rows?.return?.();
    this.#rows = undefined;
  }

  find(end: string): BlockRow | undefined {
    const { ends, bodies } = this.#below;
    let at = firstFrom(ends, end);
    while (at < ends.length && bodies[at] === null) at++;
    const drafted = ends[at];
    const kept = this.#findKept(end);
    if (drafted === undefined || (kept !== undefined && kept.end < drafted)) return kept;
    return { end: drafted, body: bodies[at] as Uint8Array };
  }

  put(end: string, body: Uint8Array): void {
    putPostings(this.#batch, keyBytes(this.#prefix + end), body);
    this.#ends.push(end);
    this.#bodies.push(body.slice());
  }

  delete(end: string): void {
    this.#batch.delete("postings", keyBytes(this.#prefix + end));
    this.#ends.push(end);
    this.#bodies.push(null);
  }

  /** Most changes fall into neighbouring rows: a few steps on cost less than looking anew. */
  #findKept(end: string): BlockRow | undefined {
    for (let steps = 0; this.#rows !== undefined && steps < stepsAhead; steps++) {
      if (this.#ahead === undefined || this.#ahead.end >= end) return this.#ahead;
      this.#ahead = this.#nextKept();
    }
    this.#rows?.return?.();
    const from = keyBytes(this.#prefix + end);
    this.#rows = this.#snapshot.range("postings", from, this.#beyond)[Symbol.iterator]();
    this.#ahead = this.#nextKept();
    return this.#ahead;
  }

  #nextKept(): BlockRow | undefined {
    const { ends } = this.#below;
    for (let next = this.#rows?.next(); next !== undefined && !next.done; ) {
      const end = endOfKey(next.value.key);
      if (ends[firstFrom(ends, end)] !== end) {
        return { end, body: new Uint8Array(postingsOf(next.value)) };
      }
      next = this.#rows?.next();
    }
    return undefined;
  }
}

/** The place of the first that is not before that one. */
function firstFrom(ends: readonly string[], end: string): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ends[middle] as string) < end) low = middle + 1;
    else high = middle;
  }
  return low;
}

const nothing: WrittenPostings = { ends: [], bodies: [] };
const stepsAhead = 4;
