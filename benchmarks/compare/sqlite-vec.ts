import { join } from "node:path";
import { dimension } from "../support/word-set.js";
import { type Contender, limit } from "./contender.js";
import { load } from "./packages.js";

interface Database {
  exec(sql: string): void;
  loadExtension(path: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

interface Statement {
  run(...values: unknown[]): unknown;
  all(...values: unknown[]): { id: string }[];
}

interface Sqlite {
  DatabaseSync: new (path: string, options: { allowExtension: boolean }) => Database;
}

/** From Node 22 on, and without types under 20. */
const nodeSqlite = "node:sqlite";
const { DatabaseSync } = (await import(nodeSqlite)) as Sqlite;
const { getLoadablePath } = load<{ getLoadablePath(): string }>("sqlite-vec");

/** sqlite-vec by node:sqlite, which searches exactly; a transaction a batch, flushed at every commit. */
export const contender: Contender = {
  async ingest(folder, entries, batch, answered) {
    const database = openFile(folder);
    database.exec(
      "create virtual table words using vec0(id text primary key, " +
        `vector float[${dimension}] distance_metric=cosine, ` +
        "length integer, first text, rank integer)",
    );
    const insert = database.prepare("insert into words values (?, ?, ?, ?, ?)");
    for (let from = 0; from < entries.length; from += batch) {
      database.exec("begin");
      for (const { id, vector, metadata } of entries.slice(from, from + batch)) {
        const { length, first, rank } = metadata;
        insert.run(id, bytesOf(vector), BigInt(length), first, BigInt(rank));
      }
      database.exec("commit");
    }
    answered();
    database.close();
  },
  async open(folder, target, answered) {
    const database = openFile(folder);
    const select = database.prepare(
      `select id from words where vector match ? and k = ${limit} order by distance`,
    );
    answered(select.all(bytesOf(target)).map(({ id }) => id));
    database.close();
  },
};

function openFile(folder: string): Database {
  const database = new DatabaseSync(join(folder, "words.db"), { allowExtension: true });
  database.loadExtension(getLoadablePath());
  database.exec("pragma journal_mode = wal; pragma synchronous = full");
  return database;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
