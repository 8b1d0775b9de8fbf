/**
 * The named databases of an environment, for ever: a table's number is its place. docs/format.md says
 * what each holds.
 */
export const tableNames = [
  "meta",
  "stores",
  "counters",
  "entries",
  "vectors",
  "ids",
  "changes",
  "erasing",
  "expiries",
  "results",
  "postings",
] as const;

export type TableName = (typeof tableNames)[number];

/** The number of each table. */
export const tableNumbers = Object.fromEntries(
  tableNames.map((name, number) => [name, number]),
) as { readonly [T in TableName]: number };

export interface Row {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** The longest key of a row, which is what a page of the lmdb we use takes; the shortest is one byte. */
export const maxKeyBytes = 1_978;
