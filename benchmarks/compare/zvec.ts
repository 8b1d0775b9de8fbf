import { join } from "node:path";
import { dimension, type WordEntry } from "../support/word-set.js";
import { type Contender, limit } from "./contender.js";
import { load } from "./packages.js";

interface Collection {
  insertSync(docs: readonly object[]): { ok: boolean; message: string }[];
  querySync(query: object): { id: string }[];
  closeSync(): void;
}

interface Zvec {
  ZVecCollectionSchema: new (schema: object) => object;
  ZVecCreateAndOpen(path: string, schema: object): Collection;
  ZVecOpen(path: string): Collection;
  ZVecDataType: { VECTOR_FP32: number; INT64: number; STRING: number };
  ZVecIndexType: { FLAT: number };
  ZVecMetricType: { COSINE: number };
}

const zvec = load<Zvec>("@zvec/zvec");

/** zvec with a flat index, which searches exactly. It offers no choice of when it writes to the disk. */
export const contender: Contender = {
  async ingest(folder, entries, batch, answered) {
    const collection = zvec.ZVecCreateAndOpen(join(folder, "words"), schema());
    for (let from = 0; from < entries.length; from += batch) {
      const docs = entries.slice(from, from + batch).map(toDoc);
      for (const { ok, message } of collection.insertSync(docs)) if (!ok) throw new Error(message);
    }
    answered();
    collection.closeSync();
  },
  async open(folder, target, answered) {
    const collection = zvec.ZVecOpen(join(folder, "words"));
    const found = collection.querySync({ fieldName: "vector", vector: target, topk: limit });
    answered(found.map(({ id }) => id));
    collection.closeSync();
  },
};

function schema(): object {
  const { ZVecDataType: types, ZVecIndexType, ZVecMetricType } = zvec;
  const indexParams = { indexType: ZVecIndexType.FLAT, metricType: ZVecMetricType.COSINE };
  return new zvec.ZVecCollectionSchema({
    name: "words",
    vectors: { name: "vector", dataType: types.VECTOR_FP32, dimension, indexParams },
    fields: [
      { name: "length", dataType: types.INT64 },
      { name: "first", dataType: types.STRING },
      { name: "rank", dataType: types.INT64 },
    ],
  });
}

function toDoc({ id, vector, metadata }: WordEntry): object {
  return { id, vectors: { vector }, fields: metadata };
}
