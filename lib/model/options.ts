import type { Include, Key } from "./entry.js";
import type { Metadata } from "./metadata.js";
import type { Metric } from "./metric.js";
import type { VectorPlace } from "./vector-place.js";
import type { FieldName, Where } from "./where.js";

/** The last argument of every asynchronous method; never a part of a query. */
export interface CallOptions {
  /** Gives up when aborted: ABORTED where nothing was changed, OUTCOME_UNKNOWN otherwise. */
  signal?: AbortSignal | undefined;
  /** Milliseconds from now, 1 to 2^31 - 1: TIMEOUT where nothing was changed, OUTCOME_UNKNOWN otherwise. */
  timeoutMs?: number | undefined;
  /**
   * 1 to 256 bytes of UTF-8 that no other write has: repeating a write with its key, after whatever end of the
   * first, carries it out at most once and answers what the first was answered. Kept for about 24 hours;
   * INVALID_ARGUMENT where the key was used for another write. Reads pass over it.
   */
  idempotencyKey?: string | undefined;
}

export interface StoreOptions<M = Metadata> {
  /** The length of every vector: 1 to `limits.dimension`. */
  dimension: number;
  /** What a search measures with unless it says otherwise; "cosine". */
  metric?: Metric | undefined;
  /** How long entries live that do not say so themselves: milliseconds, 1 to 2^48 - 1; absent: for ever. */
  ttlMs?: number | undefined;
  /**
   * Where the vectors lie that searches compare in the end: "memory", or "disk", which takes half of the memory or less
   * for a read of the tables for each of the last few that a search is left with; answers are the same. What is
   * searched before, a byte a number, is always in memory. "memory".
   */
  vectors?: VectorPlace | undefined;
  /** The fields that have an index, at most 64: predicates about them need not look at every entry. */
  indexes?: readonly FieldName<M>[] | undefined;
  /** A store of that name is no error; only dimension and metric are compared (STORE_EXISTS where they differ). */
  ifNotExists?: boolean | undefined;
}

/** What of a store may become another; what is absent stays. */
export interface StoreChange {
  /** How long entries live that are set from now on and do not say so themselves; null: for ever. */
  ttlMs?: number | null | undefined;
  /** Where vectors lie from now on: the next search reads them anew, as after opening. */
  vectors?: VectorPlace | undefined;
}

export interface SearchOptions<M = Metadata, I extends Include = Include> {
  /** 1 to `limits.limit`; 10. */
  limit?: number | undefined;
  where?: Where<M> | undefined;
  /**
   * At least this share of the true nearest is found, in the mean over searches: above 0 to 1; 0.95. 1 is exact, with
   * ties by id. It is a floor: where looking at everything is no dearer, as in small stores, all of them are found.
   */
  recall?: number | undefined;
  /** The store's, unless given. */
  metric?: Metric | undefined;
  /** Matches farther away are left out. */
  maxDistance?: number | undefined;
  /**
   * At most `limit` matches, 1 or more, of each value that the field has, dotted or not, nearest first as ever: of the
   * `limit` values of the search whose nearest entries are nearest, as many as there are. Values are told apart as
   * predicates do, a list is one value, and entries without the field are left out. Both limits multiplied are at most
   * `limits.limit`. Not together with `diversity`.
   */
  groupBy?: { field: FieldName<M>; limit: number } | undefined;
  /**
   * How much matches are to differ from each other, 0 to 1: the 1 - lambda of maximal marginal relevance (Carbonell and
   * Goldstein, 1998). Of the 4 x `limit` nearest the nearest is taken, then again and again the one for which
   * diversity x the distance to the nearest of those taken - (1 - diversity) x its own distance is largest. The answer
   * is nearest first as ever. 4 x `limit` x `limit`, for all targets together, is at most 100 x `limits.limit`.
   */
  diversity?: number | undefined;
  include?: I | undefined;
}

export interface FindOptions<M = Metadata, I extends Include = Include> {
  where?: Where<M> | undefined;
  /**
   * By what pages are ordered, those with equal values by id; by id alone, unless given. Of several types: null, false,
   * true, numbers, texts by their UTF-8 bytes, dates, then bytes, lists and objects, each of which are all equal. What
   * lacks the field comes last, whether `descending` (false) or not. An index of the field spares looking at all
   * entries for each page.
   */
  sort?: { field: FieldName<M>; descending?: boolean | undefined } | undefined;
  /** 1 to `limits.limit`; 100. */
  limit?: number | undefined;
  /** From the page before: an opaque text that outlives restarts and writes. */
  cursor?: string | undefined;
  include?: I | undefined;
}

export type SetMode = "upsert" | "insert" | "replace";

/** What an update or a delete is about; `{ all: true }` is the only way to mean every entry. */
export type Target<M = Metadata> =
  | string
  | readonly Key[]
  | { where: Where<M>; ifVersion?: undefined }
  | { all: true };
