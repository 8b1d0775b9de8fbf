import { AhnlichError, closedError } from "../model/errors.js";
import type { LmdbEnvironment, Rows, Transaction } from "./lmdb.js";
import type { Snapshot } from "./persistence.js";
import type { Row, TableName } from "./table.js";

/**
 * One commit that is held in the environment for as long as someone reads it: all snapshots of one
 * commit share one read transaction, so that they are many and the reader slots few.
 */
export class LmdbState {
  readonly environment: LmdbEnvironment;
  readonly #transaction: Transaction;
  readonly #iterations = new Set<Rows>();
  readonly #onEnd: (state: LmdbState) => void;
  #holders = 0;
  #status: "open" | "done" | "closed" = "open";

  constructor(environment: LmdbEnvironment, onEnd: (state: LmdbState) => void) {
    this.environment = environment;
    this.#transaction = environment.hold();
    this.#onEnd = onEnd;
  }

  hold(): void {
    this.#holders++;
  }

  release(): void {
    if (--this.#holders === 0) this.#end("done");
  }

  /** Ends it under its holders. */
  close(): void {
    this.#end("closed");
  }

  get(table: TableName, key: Uint8Array): Uint8Array | undefined {
    this.#checkOpen();
    if (key.length === 0) return undefined;
    try {
      return this.environment.get(table, key, this.#transaction);
    } catch (error) {
      throw unreadable(table, error);
    }
  }

  *range(
    table: TableName,
    from: Uint8Array,
    to: Uint8Array,
    isReversed = false,
  ): Generator<Row, void, undefined> {
    this.#checkOpen();
    // An empty end means no end to lmdb, and nothing to us.
    if (to.length === 0) return;
    const rows = this.#rows(table, from, to, isReversed);
    this.#iterations.add(rows);
    let count = 0;
    try {
      let next = nextOf(rows, table);
      let isInOrder =
        next === undefined || (isReversed ? isBefore(next.key, to) : !isBefore(next.key, from));
      while (next !== undefined) {
        if (!isInOrder) throw unreadable(table, "its keys are not in order");
        const { key } = next;
        if (++count % rowsTold === 0) this.environment.expectReads(rowsTold);
        yield next;
        this.#checkOpen();
        next = nextOf(rows, table);
        isInOrder =
          next === undefined || (isReversed ? isBefore(next.key, key) : isBefore(key, next.key));
      }
    } finally {
      this.environment.expectReads(count % rowsTold);
      if (this.#iterations.delete(rows)) rows.return?.();
    }
  }

  #rows(table: TableName, from: Uint8Array, to: Uint8Array, isReversed: boolean): Rows {
    try {
      const { environment } = this;
      return isReversed
        ? environment.rangeBack(table, from, to, this.#transaction)
        : environment.range(table, from, to, this.#transaction);
    } catch (error) {
      throw unreadable(table, error);
    }
  }

  #end(status: "done" | "closed"): void {
    if (this.#status !== "open") return;
    this.#status = status;
    // Cursors are closed before their transaction: the other way round ends the process.
    for (const rows of this.#iterations) rows.return?.();
    this.#iterations.clear();
    this.environment.letGo(this.#transaction);
    this.#onEnd(this);
  }

  #checkOpen(): void {
    if (this.#status === "open") return;
    if (this.#status === "closed") throw closedError();
    throw new AhnlichError("INTERNAL", "a snapshot was read after its release");
  }
}

/** So many rows are told of at a time. */
const rowsTold = 64;

function nextOf(rows: Rows, table: TableName): Row | undefined {
  try {
    const next = rows.next();
    return next.done === true ? undefined : next.value;
  } catch (error) {
    throw unreadable(table, error);
  }
}

/** Asked for every row: a call into Buffer would cost as much as the row. */
function isBefore(a: Uint8Array, b: Uint8Array): boolean {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = (a[i] as number) - (b[i] as number);
    if (order !== 0) return order < 0;
  }
  return a.length < b.length;
}

/** LMDB has no checksums: a page that is not what was written may lead astray, to an error or to the wrong page. */
function unreadable(table: TableName, cause: unknown): AhnlichError {
  const came = cause instanceof Error ? cause.message : String(cause);
  return new AhnlichError("CORRUPT", `table ${table} cannot be read: ${came}`, {
    details: { table },
    cause,
  });
}

/** One reader's share of a state. */
export class LmdbSnapshot implements Snapshot {
  #state: LmdbState | undefined;

  constructor(state: LmdbState) {
    state.hold();
    this.#state = state;
  }

  get(table: TableName, key: Uint8Array): Uint8Array | undefined {
    return this.#open.get(table, key);
  }

  range(table: TableName, from: Uint8Array, to: Uint8Array, isReversed?: boolean): Iterable<Row> {
    return this.#open.range(table, from, to, isReversed);
  }

  release(): void {
    this.#state?.release();
    this.#state = undefined;
  }

  get #open(): LmdbState {
    if (this.#state !== undefined) return this.#state;
    throw new AhnlichError("INTERNAL", "a snapshot was read after its release");
  }
}
