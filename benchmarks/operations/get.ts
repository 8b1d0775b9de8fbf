import { query } from "../../lib/model/query.js";
import type { WordMetadata, WordSet } from "../support/word-set.js";
import { storeName } from "../support/word-store.js";
import type { Operation } from "./operation.js";

/** One entry by its id, with its vector and metadata. */
export function get(words: WordSet): Operation {
  const wordOf = (i: number) => words.entry((i * 7_919) % words.count);
  return {
    name: "get",
    engine: "memory",
    on(engine) {
      const store = engine.store<WordMetadata>(storeName);
      return async (i) => {
        const { id, metadata } = wordOf(i);
        const entry = await store.get(id);
        return entry?.metadata.rank === metadata.rank;
      };
    },
    query: (i) => query.get({ store: storeName, keys: [wordOf(i).id] }),
    isRight(answer, i) {
      const [entry] = answer as { metadata: WordMetadata }[];
      return entry.metadata.rank === wordOf(i).metadata.rank;
    },
  };
}
