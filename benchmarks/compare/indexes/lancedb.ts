import { Cells, type Condition, conditionText } from "../data-sets/filters.js";
import { limit } from "../data-sets/truth.js";
import { load } from "../packages.js";
import { hnsw, type IndexContender, type OpenIndex } from "./index-contender.js";

type Found = { readonly id: number }[];

interface Query {
  distanceType(metric: "cosine"): Query;
  limit(limit: number): Query;
  select(columns: readonly string[]): Query;
  nprobes(count: number): Query;
  ef(count: number): Query;
  refineFactor(factor: number): Query;
  where(predicate: string): Query;
  toArray(): Promise<Found>;
}

interface Table {
  add(rows: readonly object[]): Promise<unknown>;
  optimize(): Promise<unknown>;
  createIndex(column: string, options: object): Promise<void>;
  vectorSearch(target: Float32Array): Query;
}

interface Connection {
  createTable(name: string, rows: readonly object[]): Promise<Table>;
  openTable(name: string): Promise<Table>;
  close(): void;
}

interface LanceDb {
  connect(path: string): Promise<Connection>;
  Index: { hnswSq(options: object): object; btree(): object };
}

/** LanceDB with an index of one partition, as its documentation has it for tables that are not very large. */
export const lancedb: IndexContender = {
  how: `HNSW_SQ, m ${hnsw.links}, efConstruction ${hnsw.construction}, one partition; exact: no index`,
  async build({ folder, kind, threads }, vectors, built) {
    const { connect, Index } = loaded(threads);
    const connection = await connect(folder);
    const cells = kind === "filtered" ? new Cells(vectors) : undefined;
    let table: Table | undefined;
    for (const { first, count, at } of vectors.blocks(20_000)) {
      const rows = Array.from({ length: count }, (_, i) => {
        const fields = cells === undefined ? {} : { rank: first + i, cell: cells.of(at(i)) };
        return { id: first + i, vector: [...at(i)], ...fields };
      });
      if (table === undefined) table = await connection.createTable("vectors", rows);
      else await table.add(rows);
    }
    await table?.optimize();
    if (cells !== undefined) {
      await table?.createIndex("rank", { config: Index.btree() });
      await table?.createIndex("cell", { config: Index.btree() });
    }
    if (kind !== "exact") {
      const config = Index.hnswSq({
        ...{ distanceType: "cosine", numPartitions: 1 },
        ...{ m: hnsw.links, efConstruction: hnsw.construction },
      });
      await table?.createIndex("vector", { config, waitTimeoutSeconds: 3_600 });
    }
    await built();
    connection.close();
  },
  async open({ folder, kind, threads }) {
    const connection = await loaded(threads).connect(folder);
    const table = await connection.openTable("vectors");
    const ask = (target: Float32Array) =>
      table.vectorSearch(target).distanceType("cosine").limit(limit).select(["id", "_distance"]);
    const graph = efforts.map(({ label, ef, refined }) => ({
      label,
      search: (target: Float32Array, condition?: Condition) => {
        const query = asked(ask(target), condition).nprobes(1).ef(ef);
        return (refined === 0 ? query : query.refineFactor(refined)).toArray();
      },
    }));
    const exact = { label: "exact", search: (target: Float32Array) => ask(target).toArray() };
    return {
      efforts: kind === "exact" ? [exact] : graph,
      targetOf: (vector) => vector.slice(),
      idsOf: (found) => found.map(({ id }) => id),
      close: () => connection.close(),
    } satisfies OpenIndex<Float32Array, Found>;
  },
};

function asked(query: Query, condition: Condition | undefined): Query {
  return condition === undefined ? query : query.where(conditionText(condition));
}

/** Beyond what its codes can tell, more is found only by looking at the vectors again. */
const efforts = [
  { label: "ef 16", ef: 16, refined: 0 },
  { label: "ef 64", ef: 64, refined: 0 },
  { label: "ef 128", ef: 128, refined: 0 },
  { label: "ef 64, refined 2", ef: 64, refined: 2 },
  { label: "ef 128, refined 2", ef: 128, refined: 2 },
  { label: "ef 256, refined 2", ef: 256, refined: 2 },
  { label: "ef 512, refined 4", ef: 512, refined: 4 },
  { label: "ef 1024, refined 4", ef: 1_024, refined: 4 },
];

/** It asks the environment how many threads it may have, once. */
function loaded(threads: number): LanceDb {
  process.env.LANCE_CPU_THREADS = String(threads);
  return load<LanceDb>("@lancedb/lancedb");
}
