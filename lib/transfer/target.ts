import type { Entry } from "../model/entry.js";
import type { OutputFile } from "./output-file.js";

/** Where entries go. */
export interface Target {
  /** Written so far. */
  readonly bytes: number;
  /** Takes an entry, to be written with the next flush. */
  add(entry: Entry): void;
  flush(): Promise<void>;
  /** Nothing more comes. */
  finish(): Promise<void>;
  /** Takes away what was written; never throws. */
  discard(): Promise<void>;
}

/** Bytes in order: a file or a stream. */
export type Output = Pick<OutputFile, "bytes" | "write" | "finish" | "discard">;
