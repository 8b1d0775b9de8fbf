import { load } from "../packages.js";
import type { FieldContender } from "./field-contender.js";

interface Table {
  add(rows: readonly object[]): Promise<unknown>;
  optimize(options: object): Promise<unknown>;
  createIndex(column: string, options: object): Promise<void>;
}

interface LanceDb {
  connect(path: string): Promise<{
    createTable(name: string, rows: readonly object[]): Promise<Table>;
    close(): void;
  }>;
  Index: { btree(): object; bitmap(): object; labelList(): object };
}

export const contender: FieldContender = {
  how: "BTREE of numbers and dates, BITMAP of the category, LABEL_LIST of the tags; optimized",
  async fill(folder, batches, { isIndexed, loaded }) {
    const { connect, Index } = load<LanceDb>("@lancedb/lancedb");
    const connection = await connect(folder);
    let table: Table | undefined;
    for (const batch of batches) {
      const rows = batch.map(({ id, vector, metadata }) => {
        return { id, vector: [...vector], ...metadata, created: metadata.created.getTime() };
      });
      if (table === undefined) table = await connection.createTable("goods", rows);
      else await table.add(rows);
    }
    await table?.optimize({ cleanupOlderThan: new Date() });
    if (isIndexed) {
      // A bitmap takes no floating-point numbers, which all numbers are.
      await table?.createIndex("status", { config: Index.btree() });
      await table?.createIndex("price", { config: Index.btree() });
      await table?.createIndex("created", { config: Index.btree() });
      await table?.createIndex("category", { config: Index.bitmap() });
      await table?.createIndex("tags", { config: Index.labelList() });
    }
    loaded();
    connection.close();
  },
};
