import type { Match } from "../../lib/model/entry.js";
import { query } from "../../lib/model/query.js";
import type { WordSet } from "../support/word-set.js";
import { storeName } from "../support/word-store.js";
import type { Operation } from "./operation.js";

/**
 * The ten nearest to a vector that an entry has, with their metadata: that entry comes first. All ten are asked for
 * (`recall: 1`), since only then can every answer be judged.
 */
export function search(words: WordSet): Operation {
  const wordOf = (i: number) => words.entry((i * 7_919) % words.count);
  return {
    name: "search",
    engine: "memory",
    on(engine) {
      const store = engine.store(storeName);
      return async (i) => {
        const { id, vector } = wordOf(i);
        const [first] = await store.search(vector, { limit: 10, recall: 1 });
        return first.id === id;
      };
    },
    query: (i) =>
      query.search({ store: storeName, target: wordOf(i).vector, limit: 10, recall: 1 }),
    isRight: (answer, i) => (answer as Match[])[0].id === wordOf(i).id,
  };
}
