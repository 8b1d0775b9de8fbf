import { ABORT, type Database, open, type RootDatabase, type Transaction } from "lmdb";
import type { Row, TableName } from "./table.js";
import { tableNames } from "./table.js";
import { WriteBatch } from "./write-batch.js";

/**
 * One open environment. This file alone knows lmdb-js and what must be known about it:
 *
 * - `overlappingSync` is off, so a settled write is on disk and a rejected one is nowhere;
 * - a read that names its transaction gets bytes that stand still until the next read;
 * - opening bytes that are no environment may end the process: lmdb-file.ts looks first.
 */
export class LmdbEnvironment {
  readonly #root: RootDatabase<Uint8Array, Uint8Array>;
  readonly #owner: Table;
  readonly #tables: ReadonlyMap<TableName, Table>;
  #turning = false;

  constructor(file: string) {
    this.#root = open<Uint8Array, Uint8Array>(file, environmentOptions);
    const tables = new Map<TableName, Table>();
    // Inside one transaction, a new environment costs one flush instead of one for every table.
    this.#owner = this.#root.transactionSync(() => {
      for (const name of tableNames) tables.set(name, this.#root.openDB(name, tableOptions));
      return this.#root.openDB(ownerTable, ownerOptions);
    });
    this.#tables = tables;
  }

  /** The owner row as bytes, in the latest commit or inside `transact`. */
  get ownerRow(): Uint8Array | undefined {
    this.#root.resetReadTxn();
    return this.#owner.get(ownerKey)?.slice();
  }

  /** Replaces the owner row; inside `transact` only. */
  putOwner(epoch: number, row: Uint8Array): void {
    this.#owner.putSync(ownerKey, row, epoch);
  }

  /** Runs `work` in a write transaction, which is on disk when this returns, and undone when `work` throws. */
  transact<T>(work: () => T): T {
    return this.#root.transactionSync(work);
  }

  /** Begins a write transaction and gives it up. @throws where writing has become impossible */
  probe(): void {
    this.#root.transactionSync(() => ABORT);
  }

  /** Holds the latest commit for reading until `done()` is called on what is returned. */
  hold(): Transaction {
    this.#root.resetReadTxn();
    return this.#root.useReadTransaction();
  }

  get(table: TableName, key: Uint8Array, transaction: Transaction): Uint8Array | undefined {
    if (!this.#turning) return this.#table(table).get(key, { transaction });
    // While a write transaction is open over several turns, lmdb-js answers `get` from it, whatever
    // transaction is named; ranges keep to theirs.
    const options = { start: key, end: key, inclusiveEnd: true, transaction };
    for (const row of this.#table(table).getRange(options)) return row.value;
    return undefined;
  }

  range(table: TableName, from: Uint8Array, to: Uint8Array, transaction: Transaction): Rows {
    const range = { start: from, end: to, transaction };
    return this.#table(table).getRange(range)[Symbol.iterator]();
  }

  /**
   * Hands the batch to a thread of lmdb-js, which applies it in one transaction. False where the owner row has
   * another epoch: then nothing is written. The bytes must not change before it settles.
   */
  async writeBehind(bytes: Uint8Array, epoch: number): Promise<boolean> {
    return this.#owner.ifVersion(ownerKey, epoch, () => this.#apply(bytes));
  }

  /** Applies the batch in one transaction on this thread. False as in `writeBehind`. */
  writeHere(bytes: Uint8Array, epoch: number): boolean {
    return this.#root.transactionSync(() => {
      const owned = this.#owner.doesExist(ownerKey, epoch);
      if (owned) this.#apply(bytes);
      return owned;
    });
  }

  /** As `writeHere`, with a turn of the event loop after every few milliseconds. */
  async writeInTurns(bytes: Uint8Array, epoch: number): Promise<boolean> {
    this.#turning = true;
    try {
      return await this.#root.childTransaction(async () => {
        if (!this.#owner.doesExist(ownerKey, epoch)) return false;
        for (const part of WriteBatch.parts(bytes, operationsPerTurn)) {
          this.#apply(part);
          await new Promise(setImmediate);
        }
        return true;
      });
    } finally {
      this.#turning = false;
    }
  }

  /** Waits for writes under way. Transactions that are held must be done before. */
  close(): Promise<void> {
    return this.#root.close();
  }

  #apply(bytes: Uint8Array): void {
    WriteBatch.forEach(bytes, (name, key, value) => {
      const table = this.#table(name);
      if (value === undefined) table.remove(key);
      else table.put(key, value);
    });
  }

  #table(name: TableName): Table {
    const table = this.#tables.get(name);
    if (table === undefined) throw new Error(`there is no table ${name}`);
    return table;
  }
}

/** Where a held commit is read from. */
export type { Transaction };

export type Rows = Iterator<Row>;

/**
 * The owner row, read without the write lock: an owner that was stopped in the middle of a commit
 * holds that lock, and must not stop those who ask for it. The file must be an environment.
 */
export async function readOwnerRow(file: string): Promise<Uint8Array | undefined> {
  const root = open<Uint8Array, Uint8Array>(file, { ...environmentOptions, readOnly: true });
  try {
    // There is none before the first owner; the declared type does not say so.
    const owner: Table | undefined = root.openDB(ownerTable, ownerOptions);
    return owner?.get(ownerKey)?.slice();
  } finally {
    await root.close();
  }
}

type Table = Database<Uint8Array, Uint8Array>;

/** Values as they lie in the page or the buffer that lmdb-js copied them to, without another copy. */
const asTheyLie = {
  encode: (value: Uint8Array): Uint8Array => value,
  decode: (bytes: Uint8Array): Uint8Array =>
    new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length),
};

const tableOptions = {
  encoding: "binary",
  keyEncoding: "binary",
  encoder: asTheyLie,
  compression: false,
  cache: false,
} as const;

const ownerOptions = { ...tableOptions, useVersions: true } as const;

const environmentOptions = {
  ...tableOptions,
  noSubdir: true,
  overlappingSync: false,
  eventTurnBatching: false,
  maxReaders: 1024,
  maxDbs: 32,
  permissionsMode: 0o600,
} as const;

const ownerTable = "owner";
const ownerKey: Uint8Array = new TextEncoder().encode("owner");

/** About 2 ms of work. */
const operationsPerTurn = 1_000;
