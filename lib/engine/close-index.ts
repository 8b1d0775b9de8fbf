import type { VectorIndex } from "../indexes/vector-index.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Logger } from "./ports.js";

/** An implementation that cannot even let go is no failure of those who write. */
export function closeIndex(log: Logger, { name: store }: StoredStore, index: VectorIndex): void {
  try {
    index.close();
  } catch (error) {
    log.error({ store, error }, "the vectors in memory could not be given back");
  }
}
