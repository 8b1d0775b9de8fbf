import {
  ExactVectorIndexes,
  type ExactVectorIndexesOptions,
} from "../../lib/indexes/exact-vector-indexes.js";

/** Called in a `describe`: opens indexes that are closed after each of its specs. */
export function openIndexes(): (options: ExactVectorIndexesOptions) => ExactVectorIndexes {
  const opened: ExactVectorIndexes[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((indexes) => indexes.close()));
  });
  return (options) => {
    const indexes = new ExactVectorIndexes(options);
    opened.push(indexes);
    return indexes;
  };
}
