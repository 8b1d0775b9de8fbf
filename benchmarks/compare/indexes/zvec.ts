import { join } from "node:path";
import { Cells, type Condition, conditionText } from "../data-sets/filters.js";
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
  ZVecDataType: { VECTOR_FP32: number; INT32: number };
  ZVecIndexType: { HNSW: number; FLAT: number; INVERT: number };
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
      const cells = kind === "filtered" ? new Cells(vectors) : undefined;
      const schema = schemaOf(zvec, kind, vectors.dimension, quantizer);
      const collection = zvec.ZVecCreateAndOpen(join(folder, "vectors"), schema);
      for (const { first, count, at } of vectors.blocks(1_000)) {
        const docs = Array.from({ length: count }, (_, i) => ({
          id: String(first + i),
          vectors: { vector: at(i) },
          ...(cells && { fields: { rank: first + i, cell: cells.of(at(i)) } }),
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
          search(vector: Float32Array, condition?: Condition) {
            const filter = condition && { filter: conditionText(condition) };
            const asked = { ...ask, ...filter, vector };
            return threads === 1 ? collection.querySync(asked) : collection.query(asked);
          },
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
  if (kind !== "filtered") return new ZVecCollectionSchema({ name: "vectors", vectors });
  const inverted = { indexType: ZVecIndexType.INVERT };
  const field = { dataType: ZVecDataType.INT32, indexParams: inverted };
  const fields = [
    { name: "rank", ...field, indexParams: { ...inverted, enableRangeOptimization: true } },
    { name: "cell", ...field },
  ];
  return new ZVecCollectionSchema({ name: "vectors", vectors, fields });
}
