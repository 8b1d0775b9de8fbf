import type { Kind } from "./index-contender.js";

/** Where a contender is, and what it is asked for. */
export interface IndexListing {
  /** Its npm package; none is ourselves. */
  readonly package?: string;
  /** The module here that speaks to it, and the name that it exports. */
  readonly module: URL;
  readonly name: string;
  readonly kinds: readonly Kind[];
  /** As what it is built that takes filtered searches; absent where it cannot. */
  readonly filtered?: Kind;
  /** The most vectors that it is asked to hold, where more would take too long. */
  readonly most?: number;
  /** Whether it answers many questions in one exact call. */
  readonly batches?: boolean;
  /** How it takes many questions for many threads: in calls of their own that it answers later, or in one call. */
  readonly inThreads?: readonly ("calls" | "batch")[];
  /** The numbers of threads that it is built with where building is timed. */
  readonly builds?: readonly number[];
  /** Whether it can be opened again; false: it is built anew. */
  readonly isKept?: boolean;
  /** Whether it differs from another one in its answers only. */
  readonly isVariant?: boolean;
}

const at = (module: string, name: string, ...kinds: Kind[]) => ({
  module: new URL(`./${module}.js`, import.meta.url),
  name,
  kinds,
});

/** By the names they have in tables; ourselves first. */
export const indexes: { readonly [name: string]: IndexListing } = {
  ahnlich: {
    ...at("ahnlich", "idsOnly", "approximate", "exact"),
    ...{ batches: true, inThreads: ["calls", "batch"], builds: [1, 2], filtered: "filtered" },
  },
  "ahnlich, with metadata": {
    ...at("ahnlich", "withMetadata", "approximate", "exact"),
    isVariant: true,
  },
  "ahnlich, in memory": { ...at("ahnlich", "inMemory"), builds: [1, 2] },
  "ahnlich, the index alone": {
    ...at("bare", "bare", "approximate", "exact"),
    ...{ batches: true, builds: [1, 2], isKept: false },
  },
  "hnswlib-node": {
    ...at("hnswlib", "hnswlib", "approximate", "exact"),
    ...{ package: "hnswlib-node", builds: [1], filtered: "approximate" },
  },
  usearch: {
    ...at("usearch", "float32", "approximate", "exact"),
    ...{ package: "usearch", batches: true, inThreads: ["batch"], builds: [1, 2] },
  },
  "usearch, bf16": {
    ...at("usearch", "bfloat16", "approximate"),
    ...{ package: "usearch", inThreads: ["batch"], builds: [1] },
  },
  "@zvec/zvec": {
    ...at("zvec", "float32", "approximate", "exact"),
    ...{ package: "@zvec/zvec", inThreads: ["calls"], builds: [1, 2], filtered: "filtered" },
  },
  "@zvec/zvec, int8": { package: "@zvec/zvec", ...at("zvec", "int8", "approximate") },
  "@lancedb/lancedb": {
    ...at("lancedb", "lancedb", "approximate", "exact"),
    ...{ package: "@lancedb/lancedb", inThreads: ["calls"], builds: [1], filtered: "filtered" },
  },
  "sqlite-vec": { package: "sqlite-vec", ...at("sqlite-vec", "sqliteVec", "exact") },
  vectra: { package: "vectra", ...at("vectra", "vectra", "exact"), most: 10_000 },
};

export function isOurs(name: string): boolean {
  return indexes[name]?.package === undefined;
}

/** Whether it stands beside another one of the same memory and the same files. */
export function isAside(name: string): boolean {
  const { isVariant = false, isKept = true } = indexes[name];
  return isVariant || !isKept;
}
