import type { FieldEntry } from "../../support/field-entries.js";

/** A store that keeps entries with five fields on disk, with an index of each or with none. */
export interface FieldContender {
  /** Which indexes these are. */
  readonly how: string;
  /** Fills the folder, which is empty. `loaded` is called when all is there, and before what only makes it smaller. */
  fill(
    folder: string,
    batches: Iterable<readonly FieldEntry[]>,
    options: {
      readonly dimension: number;
      readonly isIndexed: boolean;
      readonly loaded: () => void;
    },
  ): Promise<void>;
}

/** By the names of their packages. */
export const fieldContenders: { readonly [name: string]: URL } = {
  ahnlich: new URL("./ahnlich.js", import.meta.url),
  "@zvec/zvec": new URL("./zvec.js", import.meta.url),
  "@lancedb/lancedb": new URL("./lancedb.js", import.meta.url),
};
