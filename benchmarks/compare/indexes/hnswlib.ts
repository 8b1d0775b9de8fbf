import { join } from "node:path";
import { type Condition, holds } from "../data-sets/filters.js";
import { limit } from "../data-sets/truth.js";
import { load } from "../packages.js";
import { beams, hnsw, type IndexContender, type Kind, type OpenIndex } from "./index-contender.js";

interface Found {
  readonly neighbors: number[];
}

interface Index {
  initIndex(most: number, links?: number, construction?: number): void;
  addPoint(point: number[], label: number): void;
  searchKnn(point: number[], count: number, filter?: (label: number) => boolean): Found;
  setEf(ef: number): void;
  writeIndexSync(path: string): void;
  readIndexSync(path: string): void;
}

interface Hnswlib {
  HierarchicalNSW: new (space: "cosine", dimension: number) => Index;
  BruteforceSearch: new (space: "cosine", dimension: number) => Index;
}

/** hnswlib-node: one thread, arrays of numbers, and a file where one is asked for. */
export const hnswlib: IndexContender = {
  how: `HierarchicalNSW, M ${hnsw.links}, efConstruction ${hnsw.construction}; exact: BruteforceSearch`,
  async build({ folder, kind }, vectors, built) {
    const index = make(kind, vectors.dimension);
    if (kind === "exact") index.initIndex(vectors.count);
    else index.initIndex(vectors.count, hnsw.links, hnsw.construction);
    for (const { first, count, at } of vectors.blocks(1_000)) {
      for (let i = 0; i < count; i++) index.addPoint([...at(i)], first + i);
    }
    await built();
    index.writeIndexSync(join(folder, "index"));
  },
  async open({ folder, kind }, { dimension }) {
    const index = make(kind, dimension);
    index.readIndexSync(join(folder, "index"));
    const search = (target: number[], condition?: Condition, cellOf?: Uint8Array) =>
      condition === undefined
        ? index.searchKnn(target, limit)
        : index.searchKnn(target, limit, (id) => holds(condition, id, cellOf?.[id] ?? 0));
    const efforts = beams.map((ef) => ({
      label: `ef ${ef}`,
      begin: () => index.setEf(ef),
      search,
    }));
    return {
      efforts: kind === "exact" ? [{ label: "exact", search }] : efforts,
      targetOf: (vector) => [...vector],
      idsOf: ({ neighbors }) => neighbors,
      close: () => undefined,
    } satisfies OpenIndex<number[], Found>;
  },
};

function make(kind: Kind, dimension: number): Index {
  const { HierarchicalNSW, BruteforceSearch } = load<Hnswlib>("hnswlib-node");
  return new (kind === "exact" ? BruteforceSearch : HierarchicalNSW)("cosine", dimension);
}
