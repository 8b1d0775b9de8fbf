import { open as openEngine } from "../../lib/index.js";
import { dimension } from "../support/word-set.js";
import { storeName } from "../support/word-store.js";
import { type Contender, limit } from "./contender.js";

/** Ourselves: every batch is on disk before it is answered. */
export const contender: Contender = {
  async ingest(folder, entries, batch, answered) {
    await using engine = await openEngine(folder);
    const store = await engine.createStore(storeName, { dimension });
    await store.load(entries, { batch });
    answered();
  },
  async open(folder, target, answered) {
    await using engine = await openEngine(folder);
    const matches = await engine.store(storeName).search(target, { limit, recall: 1 });
    answered(matches.map(({ id }) => id));
  },
};
