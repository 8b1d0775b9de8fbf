import type { WordEntry } from "../support/word-set.js";
import { type Contender, limit } from "./contender.js";
import { load } from "./packages.js";

interface Table {
  add(rows: readonly object[]): Promise<unknown>;
  vectorSearch(target: Float32Array): Search;
}

interface Search {
  distanceType(metric: "cosine"): Search;
  limit(limit: number): Search;
  toArray(): Promise<{ id: string }[]>;
}

interface Connection {
  createTable(name: string, rows: readonly object[]): Promise<Table>;
  openTable(name: string): Promise<Table>;
  close(): void;
}

const { connect } = load<{ connect(path: string): Promise<Connection> }>("@lancedb/lancedb");

/** LanceDB without an index, which searches exactly. `add` appends: an id that is there already is not looked for. */
export const contender: Contender = {
  async ingest(folder, entries, batch, answered) {
    const connection = await connect(folder);
    let table: Table | undefined;
    for (let from = 0; from < entries.length; from += batch) {
      const rows = entries.slice(from, from + batch).map(toRow);
      if (table === undefined) table = await connection.createTable("words", rows);
      else await table.add(rows);
    }
    answered();
    connection.close();
  },
  async open(folder, target, answered) {
    const connection = await connect(folder);
    const table = await connection.openTable("words");
    const search = table.vectorSearch(target).distanceType("cosine").limit(limit);
    const found = await search.toArray();
    answered(found.map(({ id }) => id));
    connection.close();
  },
};

function toRow({ id, vector, metadata }: WordEntry): object {
  return { id, vector: [...vector], ...metadata };
}
