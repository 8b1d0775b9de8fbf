import { join } from "node:path";
import { limit } from "../data-sets/truth.js";
import { load } from "../packages.js";
import type { IndexContender, OpenIndex } from "./index-contender.js";

type Found = { readonly rowid: number }[];

interface Statement {
  run(...values: unknown[]): unknown;
  all(...values: unknown[]): Found;
}

interface Database {
  exec(sql: string): unknown;
  loadExtension(path: string): unknown;
  prepare(sql: string): Statement;
  close(): unknown;
}

/** sqlite-vec by better-sqlite3, or by node:sqlite where that does not load; it has no index but scans. */
export const sqliteVec: IndexContender = {
  how: "vec0 by better-sqlite3, else by node:sqlite; always exact",
  async build({ folder }, vectors, built) {
    const database = await openFile(folder);
    const column = `vector float[${vectors.dimension}] distance_metric=cosine`;
    database.exec(`create virtual table vectors using vec0(${column})`);
    const insert = database.prepare("insert into vectors(rowid, vector) values (?, ?)");
    for (const { first, count, at } of vectors.blocks(1_000)) {
      database.exec("begin");
      for (let i = 0; i < count; i++) insert.run(BigInt(first + i + 1), bytesOf(at(i)));
      database.exec("commit");
    }
    await built();
    database.close();
  },
  async open({ folder }) {
    const database = await openFile(folder);
    const sql = `select rowid from vectors where vector match ? and k = ${limit} order by distance`;
    const select = database.prepare(sql);
    return {
      efforts: [{ label: "exact", search: (target) => select.all(target) }],
      targetOf: (vector) => bytesOf(vector.slice()),
      idsOf: (found) => found.map(({ rowid }) => rowid - 1),
      close: () => void database.close(),
    } satisfies OpenIndex<Uint8Array, Found>;
  },
};

async function openFile(folder: string): Promise<Database> {
  const { getLoadablePath } = load<{ getLoadablePath(): string }>("sqlite-vec");
  const database = await openSqlite(join(folder, "vectors.db"));
  database.loadExtension(getLoadablePath());
  database.exec("pragma journal_mode = wal");
  return database;
}

async function openSqlite(path: string): Promise<Database> {
  try {
    return new (load<new (path: string) => Database>("better-sqlite3"))(path);
  } catch {
    // It is not installed, or was compiled for another Node; from 22 on there is another.
    const module = "node:sqlite";
    const { DatabaseSync } = (await import(module)) as {
      DatabaseSync: new (path: string, options: object) => Database;
    };
    return new DatabaseSync(path, { allowExtension: true });
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
