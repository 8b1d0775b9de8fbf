import type { WordEntry } from "../support/word-set.js";

/** An embedded store for Node as it is used from a program, with everything it writes kept. */
export interface Contender {
  /** Writes the entries in batches into the folder, which is empty; closes after `answered`. */
  ingest(
    folder: string,
    entries: readonly WordEntry[],
    batch: number,
    answered: () => void,
  ): Promise<void>;
  /** Opens the folder and answers one exact search; closes after `answered`. */
  open(
    folder: string,
    target: Float32Array,
    answered: (ids: readonly string[]) => void,
  ): Promise<void>;
}

/** The name of the package, and the module here that speaks to it. */
export const contenders = {
  ahnlich: new URL("./ahnlich.js", import.meta.url),
  "@zvec/zvec": new URL("./zvec.js", import.meta.url),
  "@lancedb/lancedb": new URL("./lancedb.js", import.meta.url),
  "sqlite-vec": new URL("./sqlite-vec.js", import.meta.url),
} as const;

export type ContenderName = keyof typeof contenders;

/** The matches that the first search asks for. */
export const limit = 10;
