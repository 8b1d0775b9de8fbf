import type { Metric } from "../model/metric.js";
import type { VectorPlace } from "../model/vector-place.js";

/** What a source gives, in its order: what the store is, where it says so, then its entries. */
export type Item = HeadItem | EntryItem;

export interface HeadItem {
  readonly head: StoreHead;
}

export interface EntryItem {
  /** Counted from 1; the row where the source has no lines. */
  readonly line: number;
  readonly entry: GivenEntry;
}

/** What is known of the store that the entries were in. */
export interface StoreHead {
  readonly dimension: number;
  readonly metric?: Metric | undefined;
  readonly ttlMs?: number | undefined;
  readonly vectors?: VectorPlace | undefined;
  /** The fields that have an index. */
  readonly indexes?: readonly string[] | undefined;
  /** Whether an entry that does not say when it expires never does, whatever the store says. */
  readonly lasting?: boolean | undefined;
}

/** An entry as somebody wrote it, nothing of it checked yet. */
export interface GivenEntry {
  readonly id?: unknown;
  readonly vector: unknown;
  readonly metadata?: unknown;
  readonly expiresAt?: unknown;
}

/** Where entries come from. */
export interface Source {
  /** What it is called in errors. */
  readonly file: string;
  /** How many bytes there are to read, where that is known. */
  readonly totalBytes: number | undefined;
  /** How many of them were read. */
  readonly bytes: number;
  /** From that line on; the head comes whatever the line. */
  items(from: number): AsyncIterable<Item>;
  close(): Promise<void>;
}
