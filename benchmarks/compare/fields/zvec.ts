import { join } from "node:path";
import { load } from "../packages.js";
import type { FieldContender } from "./field-contender.js";

interface Collection {
  insertSync(docs: readonly object[]): { ok: boolean; message: string }[];
  optimizeSync(options: object): void;
  closeSync(): void;
}

interface Zvec {
  ZVecCollectionSchema: new (schema: object) => object;
  ZVecCreateAndOpen(path: string, schema: object): Collection;
  ZVecDataType: { readonly [type: string]: number };
  ZVecIndexType: { FLAT: number; INVERT: number };
  ZVecMetricType: { COSINE: number };
}

export const contender: FieldContender = {
  how: "INVERT, those of numbers and dates optimized for ranges; optimized",
  async fill(folder, batches, { dimension, isIndexed, loaded }) {
    const zvec = load<Zvec>("@zvec/zvec");
    const schema = schemaOf(zvec, dimension, isIndexed);
    const collection = zvec.ZVecCreateAndOpen(join(folder, "goods"), schema);
    for (const batch of batches) {
      const docs = batch.map(({ id, vector, metadata }) => {
        const fields = { ...metadata, created: metadata.created.getTime() };
        return { id, vectors: { vector }, fields };
      });
      const refused = collection.insertSync(docs).find(({ ok }) => !ok);
      if (refused !== undefined) throw new Error(refused.message);
    }
    loaded();
    collection.optimizeSync({ concurrency: 1 });
    collection.closeSync();
  },
};

function schemaOf(zvec: Zvec, dimension: number, isIndexed: boolean): object {
  const { ZVecDataType: types, ZVecIndexType: kinds, ZVecMetricType } = zvec;
  const field = (name: string, type: string, enableRangeOptimization = false) => {
    const indexParams = { indexType: kinds.INVERT, enableRangeOptimization };
    return { name, dataType: types[type], ...(isIndexed && { indexParams }) };
  };
  return new zvec.ZVecCollectionSchema({
    name: "goods",
    vectors: {
      ...{ name: "vector", dataType: types.VECTOR_FP32, dimension },
      indexParams: { indexType: kinds.FLAT, metricType: ZVecMetricType.COSINE },
    },
    fields: [
      field("category", "STRING"),
      field("status", "INT32"),
      field("price", "DOUBLE", true),
      field("created", "INT64", true),
      field("tags", "ARRAY_STRING"),
    ],
  });
}
