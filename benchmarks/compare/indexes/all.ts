import type { Kind } from "./index-contender.js";

/** Where a contender is, and what it is asked for. */
export interface IndexListing {
  /** Its npm package; none is ourselves. */
  readonly package?: string;
  /** The module here that speaks to it, and the name that it exports. */
  readonly module: URL;
  readonly name: string;
  readonly kinds: readonly Kind[];
  /** The most vectors that it is asked to hold, where more would take too long. */
  readonly most?: number;
}

const at = (module: string, name: string, ...kinds: Kind[]) => ({
  module: new URL(`./${module}.js`, import.meta.url),
  name,
  kinds,
});

/** By the names they have in tables; ourselves first. */
export const indexes: { readonly [name: string]: IndexListing } = {
  ahnlich: at("ahnlich", "idsOnly", "approximate", "exact"),
  "ahnlich, with metadata": at("ahnlich", "withMetadata", "approximate", "exact"),
  "ahnlich, the index alone": at("bare", "bare", "approximate", "exact"),
  "hnswlib-node": { package: "hnswlib-node", ...at("hnswlib", "hnswlib", "approximate", "exact") },
  usearch: { package: "usearch", ...at("usearch", "float32", "approximate", "exact") },
  "usearch, bf16": { package: "usearch", ...at("usearch", "bfloat16", "approximate") },
  "@zvec/zvec": { package: "@zvec/zvec", ...at("zvec", "float32", "approximate", "exact") },
  "@zvec/zvec, int8": { package: "@zvec/zvec", ...at("zvec", "int8", "approximate") },
  "@lancedb/lancedb": {
    package: "@lancedb/lancedb",
    ...at("lancedb", "lancedb", "approximate", "exact"),
  },
  "sqlite-vec": { package: "sqlite-vec", ...at("sqlite-vec", "sqliteVec", "exact") },
  vectra: { package: "vectra", ...at("vectra", "vectra", "exact"), most: 10_000 },
};

export function isOurs(name: string): boolean {
  return indexes[name]?.package === undefined;
}
