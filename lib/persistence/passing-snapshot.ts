import type { Snapshot } from "./persistence.js";
import type { Row, TableName } from "./table.js";

/**
 * The latest rows, read some milliseconds at a time: none is older than that, and no state of the file is held for
 * longer. So nobody's pages are kept from being used again, and two rows may be of different states.
 */
export class PassingSnapshot implements Snapshot {
  readonly #take: () => Snapshot;
  #held: Snapshot | undefined;
  #until = 0;

  constructor(take: () => Snapshot) {
    this.#take = take;
  }

  get(table: TableName, key: Uint8Array): Uint8Array | undefined {
    if (this.#isOver) this.release();
    return this.#hold().get(table, key);
  }

  /** As of any snapshot, and it may be released between rows: then it goes on from the latest rows. */
  *range(
    table: TableName,
    from: Uint8Array,
    to: Uint8Array,
    isReversed = false,
  ): Generator<Row, void, undefined> {
    let bounds: Bounds = { table, from, to, isReversed };
    for (;;) {
      const last = yield* this.#some(bounds);
      if (last === undefined) return;
      bounds = isReversed ? { ...bounds, to: last } : { ...bounds, from: last, before: last };
    }
  }

  release(): void {
    this.#held?.release();
    this.#held = undefined;
  }

  /** The first of them but for one that was read before; and the last, where there may be more. */
  *#some({
    table,
    from,
    to,
    isReversed,
    before,
  }: Bounds): Generator<Row, Uint8Array | undefined, undefined> {
    const snapshot = this.#hold();
    let count = 0;
    for (const row of snapshot.range(table, from, to, isReversed)) {
      if (count++ === 0 && before !== undefined && areEqual(row.key, before)) continue;
      const key = row.key.slice();
      yield row;
      if (count % rowsBetweenLooks === 0 && this.#isOver) this.release();
      if (this.#held !== snapshot) return key;
    }
    return undefined;
  }

  get #isOver(): boolean {
    return performance.now() > this.#until;
  }

  #hold(): Snapshot {
    if (this.#held === undefined) {
      this.#held = this.#take();
      this.#until = performance.now() + heldMs;
    }
    return this.#held;
  }
}

interface Bounds {
  readonly table: TableName;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly isReversed: boolean;
  readonly before?: Uint8Array;
}

const heldMs = 3;
const rowsBetweenLooks = 16;

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
