/** What the process of the large store is told. */
export interface LargeJob {
  readonly task: "load" | "open" | "own";
  readonly path: string;
  readonly count: number;
  readonly vectors: "words" | "random";
}

/** What it found while it loaded. */
export interface Loaded {
  readonly seconds: number;
  readonly searches: number;
  readonly entries: number;
  /** Of the event loop; a timer of 1 ms is part of each. */
  readonly delayMs: { readonly median: number; readonly p99: number; readonly most: number };
}

/** What it found when it opened the folder: until it was open, then until the first answer. */
export interface Opened {
  readonly openMs: number;
  readonly searchMs: number;
  readonly entries: number;
}
