import {
  SlotVectorIndexes,
  type SlotVectorIndexesOptions,
} from "../../lib/indexes/slot-vector-indexes.js";

/** Called in a `describe`: opens indexes that are closed after each of its specs. */
export function openIndexes(): (options: SlotVectorIndexesOptions) => SlotVectorIndexes {
  const opened: SlotVectorIndexes[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((indexes) => indexes.close()));
  });
  return (options) => {
    const indexes = new SlotVectorIndexes(options);
    opened.push(indexes);
    return indexes;
  };
}
