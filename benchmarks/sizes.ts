/** How much each benchmark does. */
export interface Sizes {
  readonly name: "full" | "quick" | "smoke";
  /** How often each contender has its turn. */
  readonly rounds: number;
  /** Rounds before those, which do not count: code that is called little is compiled late. */
  readonly warmUps: number;
  /** Milliseconds of one turn of a rate. */
  readonly sliceMs: number;
  /** Calls of one turn at least, so that 128 can be in flight. */
  readonly atLeast: number;
  /** Entries of the store that rates and latencies are measured on. */
  readonly stored: number;
  /** Calls of each contender in one round of a latency. */
  readonly calls: number;
  /** Entries of the large store: searched exactly, loaded, opened. */
  readonly large: number;
  /** Entries of one round of ingest in batches, and sets of one round of single sets. */
  readonly ingested: number;
  readonly singles: number;
  /** Entries of a store with indexes. */
  readonly indexed: number;
  /** Whether vectors are the prepared words or, without any file, seeded random ones. */
  readonly vectors: "words" | "random";
}

/** Every word, minus those held out as queries, is a little more than 340,000. */
export const full: Sizes = {
  name: "full",
  rounds: 7,
  warmUps: 4,
  sliceMs: 100,
  atLeast: 128,
  stored: 10_000,
  calls: 3_000,
  large: 340_000,
  ingested: 100_000,
  singles: 20_000,
  indexed: 1_000_000,
  vectors: "words",
};

export const quick: Sizes = {
  name: "quick",
  rounds: 5,
  warmUps: 3,
  sliceMs: 30,
  atLeast: 128,
  stored: 10_000,
  calls: 1_500,
  large: 100_000,
  ingested: 20_000,
  singles: 5_000,
  indexed: 100_000,
  vectors: "words",
};

/** Shows that everything runs and does the right work; its figures mean nothing. */
export const smoke: Sizes = {
  name: "smoke",
  rounds: 1,
  warmUps: 1,
  sliceMs: 1,
  atLeast: 8,
  stored: 300,
  calls: 5,
  large: 500,
  ingested: 1_500,
  singles: 100,
  indexed: 2_000,
  vectors: "random",
};
