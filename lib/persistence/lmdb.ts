import { type Database, openAsClass, type RootDatabase, type Transaction } from "lmdb";
import type { FileWarming } from "./file-warming.js";
import { despiteFreePages, despiteFreePagesHere } from "./free-page-fault.js";
import { syncNewFile } from "./lmdb-file.js";
import { patiently } from "./patiently.js";
import { type Row, type TableName, tableNames } from "./table.js";
import { WriteBatch } from "./write-batch.js";

/**
 * One open environment. This file alone knows lmdb-js and what must be known about it:
 *
 * - `overlappingSync` is off, so a settled write is on disk and a rejected one is nowhere;
 * - a read that names its transaction gets bytes that stand still until the next read;
 * - opening bytes that are no environment may end the process: lmdb-file.ts looks first;
 * - opening it, if only for reading, sets the number of the last transaction, without a lock, to what the file said a
 *   moment before: what another process commits in that moment is overwritten by its next commit. So nobody opens
 *   an environment that a living process may write to: sharing/claim.ts comes first;
 * - it may refuse a commit for no fault of anybody's: free-page-fault.ts tries again;
 * - opening at the moment at which the last process closes may find its locks destroyed: see `patiently`.
 */
export class LmdbEnvironment {
  readonly #root: Root;
  readonly #owner: Table;
  readonly #tables: ReadonlyMap<TableName, Table>;
  readonly #warming: FileWarming | undefined;
  #reads = 0;
  #turning = false;

  private constructor(root: Root, { owner, tables }: Tables, warming?: FileWarming) {
    this.#root = root;
    this.#warming = warming;
    this.#owner = owner;
    this.#tables = tables;
  }

  /**
   * The file must be an environment, or empty. By itself the system reads what lies around each page that it is asked
   * for, up to megabytes: with `warming` it does not, and all is brought to memory when much is about to be read.
   */
  static open(file: string, warming?: FileWarming): Promise<LmdbEnvironment> {
    return patiently(async () => {
      const noReadAhead = warming !== undefined;
      const root = await openRoot(file, { ...environmentOptions, noReadAhead });
      try {
        syncNewFile(file);
        // Inside one transaction, a new environment costs one flush instead of one for every table.
        const tables = root.transactionSync(() => openTables(root));
        return new LmdbEnvironment(root, tables, warming);
      } catch (error) {
        await root.close();
        throw error;
      }
    });
  }

  /** Opens the file for reading alone: tables that are missing are empty. It must be an environment. */
  static openToRead(file: string): Promise<LmdbEnvironment> {
    return patiently(async () => {
      const root = await openRoot(file, { ...environmentOptions, readOnly: true });
      try {
        const tables = openTables(root);
        root.resetReadTxn();
        return new LmdbEnvironment(root, tables);
      } catch (error) {
        await root.close();
        throw error;
      }
    });
  }

  /**
   * The owner row as bytes, in the latest commit or inside `transact`. Not while commits are held: lmdb-js may hand
   * their transactions to a read that names none, and end them with it.
   */
  get ownerRow(): Uint8Array | undefined {
    this.#root.resetReadTxn();
    return this.#owner.get(ownerKey)?.slice();
  }

  /** The same while commits are held, or another thread writes, for which it does not wait. */
  get heldOwnerRow(): Uint8Array | undefined {
    const transaction = this.hold();
    try {
      return this.#owner.get(ownerKey, { transaction })?.slice();
    } finally {
      this.letGo(transaction);
    }
  }

  /** Replaces the owner row; inside `transact` only. */
  putOwner(epoch: number, row: Uint8Array): void {
    this.#owner.putSync(ownerKey, row, epoch);
  }

  /** Runs `work` in a write transaction, which is on disk when this returns, and undone when `work` throws. */
  transact<T>(work: () => T): T {
    return this.#root.transactionSync(work);
  }

  /**
   * Commits nothing. After a failure that LMDB cannot get over, lmdb-js still begins and gives up transactions, and
   * only fails to commit them; a batch written behind would then never settle and keep the lock.
   *
   * @throws where writing has become impossible
   */
  probe(): void {
    this.#root.transactionSync(() => undefined);
  }

  /** Bytes of the file's pages that hold nothing, and are used before it grows. */
  get spareBytes(): number {
    const { root, used } = this.#pages();
    return Math.max(0, root.lastPageNumber + 1 - used) * root.pageSize;
  }

  /** Bytes of the file's pages that hold something. */
  get usedBytes(): number {
    const { root, used } = this.#pages();
    return used * root.pageSize;
  }

  get pageBytes(): number {
    return (this.#root.getStats() as RootStats).pageSize;
  }

  /** How many rows each table has. */
  get rows(): ReadonlyMap<TableName, number> {
    return new Map([...this.#tables].map(([name, table]) => [name, countOf(table)]));
  }

  #pages(): { root: RootStats; used: number } {
    const root = this.#root.getStats() as RootStats;
    const tables = [this.#owner, ...this.#tables.values()].map(
      (table) => table.getStats() as Stats,
    );
    const used = [root.root, root.free, ...tables].reduce((sum, stats) => {
      return sum + stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages;
    }, metaPages);
    return { root, used };
  }

  /** Holds the latest commit for reading until `letGo` is called for what is returned. */
  hold(): Transaction {
    this.#root.resetReadTxn();
    return this.#root.useReadTransaction();
  }

  letGo(transaction: Transaction): void {
    transaction.done();
    // By itself lmdb-js does it with the next turn, which may be far away, and pages are kept until then.
    this.#root.resetReadTxn();
  }

  get(name: TableName, key: Uint8Array, transaction: Transaction): Uint8Array | undefined {
    const table = this.#tables.get(name);
    this.expectReads(1);
    if (!this.#turning) return table?.get(key, { transaction });
    // While a write transaction is open over several turns, lmdb-js answers `get` from it, whatever
    // transaction is named; ranges keep to theirs.
    const options = { start: key, end: key, inclusiveEnd: true, transaction };
    for (const row of table?.getRange(options) ?? []) return row.value;
    return undefined;
  }

  range(name: TableName, from: Uint8Array, to: Uint8Array, transaction: Transaction): Rows {
    const range = { start: from, end: to, transaction };
    return (this.#tables.get(name)?.getRange(range) ?? [])[Symbol.iterator]();
  }

  /** The same rows the other way round. */
  rangeBack(name: TableName, from: Uint8Array, to: Uint8Array, transaction: Transaction): Rows {
    const bounds = { start: to, exclusiveStart: true, end: from, inclusiveEnd: true };
    const range = { ...bounds, reverse: true, transaction };
    return (this.#tables.get(name)?.getRange(range) ?? [])[Symbol.iterator]();
  }

  /**
   * Hands the batch to a thread of lmdb-js, which applies it in one transaction. False where the owner row has
   * another epoch: then nothing is written. The bytes must not change before it settles.
   */
  async writeBehind(bytes: Uint8Array, epoch: number): Promise<boolean> {
    return despiteFreePages(() => this.#owner.ifVersion(ownerKey, epoch, () => this.#apply(bytes)));
  }

  /**
   * Applies the batch in one transaction on this thread. False as in `writeBehind`. Rows that come in the order of
   * their tables and keys, and behind all that are there, fill pages to the brim where `isOrdered` says so.
   */
  writeHere(bytes: Uint8Array, epoch: number, isOrdered = false): boolean {
    const write = (): boolean => {
      const owned = this.#owner.doesExist(ownerKey, epoch);
      if (owned) this.#apply(bytes, isOrdered);
      return owned;
    };
    return despiteFreePagesHere(() => this.#root.transactionSync(write));
  }

  /** As `writeHere`, for a file that nobody owns. */
  writeUnowned(bytes: Uint8Array): void {
    this.#root.transactionSync(() => this.#apply(bytes));
  }

  /** Copies the latest commit into a new file, by a thread of lmdb-js, while others write. */
  copyTo(file: string): Promise<void> {
    this.expectReads();
    return this.#root.backup(file, false);
  }

  /** As `writeHere`, with a turn of the event loop after every few milliseconds. */
  async writeInTurns(bytes: Uint8Array, epoch: number, isOrdered = false): Promise<boolean> {
    const write = async (): Promise<boolean> => {
      if (!this.#owner.doesExist(ownerKey, epoch)) return false;
      for (const part of WriteBatch.parts(bytes, operationsPerTurn)) {
        this.#apply(part, isOrdered);
        await new Promise(setImmediate);
      }
      return true;
    };
    this.#turning = true;
    try {
      return await despiteFreePages(() => this.#root.childTransaction(write));
    } finally {
      this.#turning = false;
    }
  }

  /** So many rows are read; where it is known before, all that is about to be, or infinity. */
  expectReads(rows: number = Number.POSITIVE_INFINITY): void {
    this.#reads += rows;
    if (this.#reads >= manyReads) this.#warming?.begin();
  }

  /** Waits for writes under way. Transactions that are held must be done before. */
  async close(): Promise<void> {
    const warmed = this.#warming?.end();
    await this.#root.close();
    await warmed;
  }

  /**
   * One table after the other, so that the pages of each lie together: they are written in fewer and longer runs.
   * Nothing is made for a row: lmdb-js copies a key at once, and takes of a value what lies between `start` and `end`.
   */
  #apply(bytes: Uint8Array, isOrdered = false): void {
    const { byteOffset } = bytes;
    const value: ValuePlace = new Uint8Array(bytes.buffer);
    WriteBatch.forEachByTable(bytes, (name, { isPut, keyAt, valueAt, end }) => {
      const table = this.#table(name);
      const key = keyOf(valueAt - keyAt);
      for (let i = 0; i < key.length; i++) key[i] = bytes[keyAt + i] as number;
      if (!isPut) {
        table.remove(key);
        return;
      }
      value.start = byteOffset + valueAt;
      value.end = byteOffset + end;
      if (isOrdered) table.putSync(key, value, appending);
      else table.put(key, value);
    });
  }

  /** How many rows each table has in the latest commit, to be compared with another's. */
  countRows(): string {
    const count = (name: TableName) => `${name} ${countOf(this.#table(name))}`;
    return this.transact(() => tableNames.map(count).join(", "));
  }

  /** Whether the owner row has this epoch; inside `transact` only. */
  isOwnedBy(epoch: number): boolean {
    return this.#owner.doesExist(ownerKey, epoch);
  }

  #table(name: TableName): Table {
    const table = this.#tables.get(name);
    if (table === undefined) throw new Error(`there is no table ${name}`);
    return table;
  }
}

/** A part of a buffer, as lmdb-js takes it from an encoder. */
type ValuePlace = Uint8Array & { start?: number; end?: number };

/** Bytes that are used again for the next key of that length. */
function keyOf(length: number): Uint8Array {
  let key = keys[length];
  if (key === undefined) {
    key = new Uint8Array(length);
    keys[length] = key;
  }
  return key;
}

const keys: Uint8Array[] = [];

/** Where a held commit is read from. */
export type { Transaction };

export type Rows = Iterator<Row>;

function countOf(table: Table): number {
  const { entryCount } = table.getStats() as { entryCount: number };
  return entryCount;
}

/** In two steps, unlike lmdb-js's `open`, which leaves the environment open when its second step fails. */
async function openRoot(file: string, options: object): Promise<Root> {
  const rootOptions = { ...options, path: file, isRoot: true };
  const Store = openAsClass<Uint8Array, Uint8Array>(rootOptions) as unknown as RootClass;
  try {
    return new Store(null, rootOptions);
  } catch (error) {
    const opened: { isRoot?: boolean; close(): Promise<void> } = Object.create(Store.prototype);
    opened.isRoot = true;
    await opened.close();
    throw error;
  }
}

function openTables(root: Root): Tables {
  const tables = new Map<TableName, Table>();
  for (const name of tableNames) {
    // There is none where it is only read and was never made; the declared type does not say so.
    const table: Table | undefined = root.openDB(name, tableOptions);
    if (table !== undefined) tables.set(name, table);
  }
  return { owner: root.openDB(ownerTable, ownerOptions), tables };
}

interface Tables {
  readonly owner: Table;
  readonly tables: ReadonlyMap<TableName, Table>;
}

type Root = RootDatabase<Uint8Array, Uint8Array>;
/** What `openAsClass` gives in truth. */
type RootClass = new (name: null, options: object) => Root;
type Table = Database<Uint8Array, Uint8Array>;

/** Pages that a tree has; what lmdb-js gives and its types leave out. */
interface Stats {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

interface RootStats {
  readonly root: Stats;
  readonly free: Stats;
  readonly pageSize: number;
  readonly lastPageNumber: number;
}

const metaPages = 2;

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
  // By itself lmdb-js lets its thread begin after 1,000 operations of a batch. The two then wait for each
  // other's every step, which held this thread ten times as long.
  batchStartThreshold: 1e9,
  permissionsMode: 0o600,
} as const;

const appending = { append: true } as const;

const ownerTable = "owner";
const ownerKey: Uint8Array = new TextEncoder().encode("owner");

/** Who has read so many rows will mostly read more. */
const manyReads = 1_000;

/** About 1 ms of work. */
const operationsPerTurn = 500;
