import type { SetResponse } from "../../lib/model/answers.js";
import { query } from "../../lib/model/query.js";
import type { WordSet } from "../support/word-set.js";
import { writtenName } from "../support/word-store.js";
import type { Operation } from "./operation.js";

/** One entry with its vector and three fields; again and again the same thousand ids. */
export function set(words: WordSet, engine: Operation["engine"]): Operation {
  const ids = Math.min(1_000, words.count);
  const entryOf = (i: number) => ({ ...words.entry(i % words.count), id: `written-${i % ids}` });
  const counts = ({ inserted, updated }: SetResponse) => inserted + updated === 1;
  return {
    name: engine === "memory" ? "set" : "set, durable",
    engine,
    on(anyEngine) {
      const store = anyEngine.store(writtenName);
      return async (i) => counts(await store.set(entryOf(i)));
    },
    query: (i) => query.set({ store: writtenName, entries: [entryOf(i)] }),
    isRight: (answer) => counts(answer as SetResponse),
  };
}
