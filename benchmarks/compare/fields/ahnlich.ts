import { open } from "../../../lib/index.js";
import { fieldNames } from "../../support/field-entries.js";
import type { FieldContender } from "./field-contender.js";

export const contender: FieldContender = {
  how: "an index of each field; compacted",
  async fill(folder, batches, { dimension, isIndexed, loaded }) {
    await using engine = await open(folder);
    const indexes = isIndexed ? fieldNames : [];
    const store = await engine.createStore("goods", { dimension, indexes });
    for (const batch of batches) await store.set(batch);
    loaded();
    await engine.compact();
  },
};
