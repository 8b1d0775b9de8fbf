import { join } from "node:path";
import { type Database, open, type RootDatabase } from "lmdb";
import { type TableName, tableNames } from "../../lib/persistence/table.js";
import { WriteBatch } from "../../lib/persistence/write-batch.js";

/** A row to put, or without a value a key to delete. */
export interface Operation {
  readonly table: TableName;
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** The operations of a batch as the engine makes it, decoded ahead of time. */
export function operationsOf(batch: Uint8Array): Operation[] {
  const operations: Operation[] = [];
  WriteBatch.forEach(batch, (table, key, value) => operations.push({ table, key, value }));
  return operations;
}

/**
 * An LMDB environment with the options of the engine's own and nothing around it: what writing the same rows costs
 * at least. What settles or returns is on disk.
 */
export class RawLmdb {
  readonly #root: RootDatabase<Uint8Array, Uint8Array>;
  readonly #tables: ReadonlyMap<TableName, Database<Uint8Array, Uint8Array>>;

  constructor(folder: string) {
    this.#root = open<Uint8Array, Uint8Array>(join(folder, "raw.mdb"), {
      ...tableOptions,
      noSubdir: true,
      overlappingSync: false,
      eventTurnBatching: false,
      maxDbs: 32,
    });
    this.#tables = this.#root.transactionSync(
      () => new Map(tableNames.map((name) => [name, this.#root.openDB(name, tableOptions)])),
    );
  }

  /** One transaction on this thread. */
  writeHere(operations: readonly Operation[]): void {
    this.#root.transactionSync(() => this.#apply(operations));
  }

  /** One transaction on a thread of lmdb-js, perhaps with others that wait. */
  async writeBehind(operations: readonly Operation[]): Promise<void> {
    await this.#root.batch(() => this.#apply(operations));
  }

  /** The rows in all tables. */
  get rows(): number {
    let rows = 0;
    for (const table of this.#tables.values()) rows += table.getKeysCount();
    return rows;
  }

  close(): Promise<void> {
    return this.#root.close();
  }

  #apply(operations: readonly Operation[]): void {
    for (const { table: name, key, value } of operations) {
      const table = this.#tables.get(name);
      if (value === undefined) table?.remove(key);
      else table?.put(key, value);
    }
  }
}

const tableOptions = {
  encoding: "binary",
  keyEncoding: "binary",
  compression: false,
  cache: false,
} as const;
