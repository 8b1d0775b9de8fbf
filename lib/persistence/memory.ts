import sorted from "sorted-btree";
import { AhnlichError, closedError } from "../model/errors.js";
import type { Persistence, Snapshot } from "./persistence.js";
import { type Row, type TableName, tableNames } from "./table.js";
import { WriteBatch } from "./write-batch.js";

/**
 * Persistence for as long as the process lives. Keys and values are kept as strings of one byte a
 * character: they compare as bytes do, and take a fraction of the memory of small typed arrays.
 */
export class MemoryPersistence implements Persistence {
  readonly path = undefined;
  #tables: Tables = new Map(tableNames.map((name) => [name, new sorted.default(undefined, order)]));
  #bytes = 0;
  #underWay: Promise<void> | undefined;
  readonly #life = { closed: false };

  get bytes(): number {
    return this.#bytes;
  }

  snapshot(): Snapshot {
    this.#checkOpen();
    return new MemorySnapshot(cloneOf(this.#tables), this.#life);
  }

  async commit(batch: WriteBatch): Promise<void> {
    this.#checkOpen();
    if (this.#underWay !== undefined) {
      throw new AhnlichError("INTERNAL", "a commit was begun while another is under way");
    }
    this.#underWay = this.#apply(batch.bytes);
    try {
      await this.#underWay;
    } finally {
      this.#underWay = undefined;
    }
  }

  async close(): Promise<void> {
    if (this.#life.closed) return;
    this.#life.closed = true;
    await this.#underWay;
    this.#tables = new Map();
    this.#bytes = 0;
  }

  /**
   * A clone takes the changes, over several turns where they are many, and then the place of what it was
   * cloned from.
   */
  async #apply(bytes: Uint8Array): Promise<void> {
    const tables = cloneOf(this.#tables);
    let grown = 0;
    let first = true;
    for (const part of WriteBatch.parts(bytes, operationsPerTurn)) {
      if (!first) await new Promise(setImmediate);
      first = false;
      grown += applyTo(tables, part);
    }
    this.#tables = tables;
    this.#bytes += grown;
  }

  #checkOpen(): void {
    if (this.#life.closed) throw closedError();
  }
}

class MemorySnapshot implements Snapshot {
  #tables: Tables | undefined;
  readonly #life: { readonly closed: boolean };

  constructor(tables: Tables, life: { readonly closed: boolean }) {
    this.#tables = tables;
    this.#life = life;
  }

  get(table: TableName, key: Uint8Array): Uint8Array | undefined {
    const value = this.#table(table).get(toText(key));
    return value === undefined ? undefined : toBytes(value);
  }

  *range(
    table: TableName,
    from: Uint8Array,
    to: Uint8Array,
    isReversed = false,
  ): Generator<Row, void, undefined> {
    if (isReversed) return yield* this.#rangeBack(table, toText(from), toText(to));
    const end = toText(to);
    for (const [key, value] of this.#table(table).entries(toText(from))) {
      if (key >= end) return;
      yield { key: toBytes(key), value: toBytes(value) };
      this.#table(table);
    }
  }

  release(): void {
    this.#tables = undefined;
  }

  *#rangeBack(table: TableName, from: string, to: string): Generator<Row, void, undefined> {
    for (const [key, value] of this.#table(table).entriesReversed(to, undefined, true)) {
      if (key < from) return;
      yield { key: toBytes(key), value: toBytes(value) };
      this.#table(table);
    }
  }

  #table(name: TableName): Tree {
    if (this.#life.closed) throw closedError();
    const table = this.#tables?.get(name);
    if (table !== undefined) return table;
    throw new AhnlichError("INTERNAL", "a snapshot was read after its release");
  }
}

type Tree = InstanceType<typeof sorted.default<string, string>>;
type Tables = ReadonlyMap<TableName, Tree>;

/** Costs nothing but the copies of the nodes that are changed later. */
function cloneOf(tables: Tables): Tables {
  return new Map(Array.from(tables, ([name, tree]) => [name, tree.clone()]));
}

/** The bytes by which the tables have grown. */
function applyTo(tables: Tables, bytes: Uint8Array): number {
  let grown = 0;
  WriteBatch.forEach(bytes, (name, keyBytes, valueBytes) => {
    const tree = tables.get(name);
    if (tree === undefined) throw new Error(`there is no table ${name}`);
    const key = toText(keyBytes);
    const before = tree.get(key);
    if (before !== undefined) grown -= key.length + before.length;
    if (valueBytes !== undefined) {
      tree.set(key, toText(valueBytes));
      grown += key.length + valueBytes.length;
    } else if (before !== undefined) {
      tree.delete(key);
    }
  });
  return grown;
}

function order(a: string, b: string): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

function toText(bytes: Uint8Array): string {
  return Buffer.prototype.latin1Slice.call(bytes, 0, bytes.length);
}

function toBytes(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

/** About 2 ms of work. */
const operationsPerTurn = 1_000;
