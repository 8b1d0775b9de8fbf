import { join } from "node:path";
import { limit } from "../data-sets/truth.js";
import { load } from "../packages.js";
import { beams, hnsw, type IndexContender, type Kind, type OpenIndex } from "./index-contender.js";

type Found = { readonly id: string }[];

interface Collection {
  insertSync(docs: readonly object[]): { ok: boolean; message: string }[];
  optimizeSync(options: { concurrency: number }): void;
  querySync(query: object): Found;
  query(query: object): Promise<Found>;
  closeSync(): void;
}

interface Zvec {
  ZVecInitialize(options: { queryThreads: number; optimizeThreads: number }): void;
  ZVecCollectionSchema: new (schema: object) => object;
  ZVecCreateAndOpen(path: string, schema: object): Collection;
  ZVecOpen(path: string, options: { readOnly: boolean }): Collection;
  ZVecDataType: { VECTOR_FP32: number };
  ZVecIndexType: { HNSW: number; FLAT: number };
  ZVecMetricType: { COSINE: number };
  ZVecQuantizeType: { UNDEFINED: number; INT8: number };
}

export const float32: IndexContender = contender("UNDEFINED", "float32");
export const int8: IndexContender = contender("INT8", "int8 with the refiner");

function contender(quantizer: "UNDEFINED" | "INT8", numbers: string): IndexContender {
  return {
    how: `HNSW, m ${hnsw.links}, efConstruction ${hnsw.construction}, ${numbers}; exact: FLAT; optimized`,
    async build({ folder, kind, threads }, vectors, built) {
      const zvec = initialized(threads);
      const schema = schemaOf(zvec, kind, vectors.dimension, quantizer);
      const collection = zvec.ZVecCreateAndOpen(join(folder, "vectors"), schema);
      for (const { first, count, at } of vectors.blocks(1_000)) {
        const docs = Array.from({ length: count }, (_, i) => ({
          id: String(first + i),
          vectors: { vector: at(i) },
        }));
        const refused = collection.insertSync(docs).find(({ ok }) => !ok);
        if (refused !== undefined) throw new Error(refused.message);
      }
      collection.optimizeSync({ concurrency: threads });
      await built();
      collection.closeSync();
    },
    async open({ folder, kind, threads }) {
      const zvec = initialized(threads);
      const collection = zvec.ZVecOpen(join(folder, "vectors"), { readOnly: true });
      const { HNSW } = zvec.ZVecIndexType;
      const effort = (label: string, settings: object) => {
        const ask = { fieldName: "vector", topk: limit, outputFields: [], ...settings };
        return {
          label,
          search: (vector: Float32Array) =>
            threads === 1
              ? collection.querySync({ ...ask, vector })
              : collection.query({ ...ask, vector }),
        };
      };
      const exact = [effort("exact", {})];
      // What the codes find may be ranked again by the vectors themselves.
      const isUsingRefiner = quantizer !== "UNDEFINED";
      const graph = beams.map((ef) =>
        effort(`ef ${ef}`, { params: { indexType: HNSW, ef, isUsingRefiner } }),
      );
      return {
        efforts: kind === "exact" ? exact : graph,
        targetOf: (vector) => vector.slice(),
        idsOf: (found) => found.map(({ id }) => Number(id)),
        close: () => collection.closeSync(),
      } satisfies OpenIndex<Float32Array, Found>;
    },
  };
}

function initialized(threads: number): Zvec {
  const zvec = load<Zvec>("@zvec/zvec");
  zvec.ZVecInitialize({ queryThreads: threads, optimizeThreads: threads });
  return zvec;
}

function schemaOf(
  { ZVecCollectionSchema, ZVecDataType, ZVecIndexType, ZVecMetricType, ZVecQuantizeType }: Zvec,
  kind: Kind,
  dimension: number,
  quantizer: "UNDEFINED" | "INT8",
): object {
  const metricType = ZVecMetricType.COSINE;
  const graph = {
    ...{ indexType: ZVecIndexType.HNSW, metricType, m: hnsw.links },
    ...{ efConstruction: hnsw.construction, quantizeType: ZVecQuantizeType[quantizer] },
  };
  const indexParams = kind === "exact" ? { indexType: ZVecIndexType.FLAT, metricType } : graph;
  const vectors = { name: "vector", dataType: ZVecDataType.VECTOR_FP32, dimension, indexParams };
  return new ZVecCollectionSchema({ name: "vectors", vectors });
}
