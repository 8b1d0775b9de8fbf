import { describe } from "./describe.js";
import { AhnlichError } from "./errors.js";

/** Every bound of an engine in one place; the same in every reach. Crossing one: LIMIT_EXCEEDED. */
export interface Limits {
  /** The largest dimension of a store. */
  readonly dimension: number;
  /**
   * The most matches of a search, entries of a page, keys of a get, examples of a search, samples of a `measureRecall`,
   * values of `facets`; a hundred times as many matches of all targets of a `searchMany` together.
   */
  readonly limit: number;
  /** UTF-8 bytes of an id. */
  readonly idBytes: number;
  /** Bytes of an entry's metadata, encoded. */
  readonly metadataBytes: number;
  /** Levels of nesting in metadata and in predicates, parts of a dotted name. */
  readonly metadataDepth: number;
  /** Entries of one `set`, keys of one `update` or `delete`, both of one transaction; targets of one `searchMany`. */
  readonly entriesPerWrite: number;
  /**
   * Bytes of one `set`, one patch of an `update` and all of one transaction: vectors, ids and encoded metadata; 64
   * times as many that the updates of one call may write of entries.
   */
  readonly bytesPerWrite: number;
  /** Queries of one pipeline, writes of one transaction. */
  readonly queriesPerPipeline: number;
  /** Conditions in one predicate, operands of lists and members of groups counted; fields that one `update` removes. */
  readonly predicateTerms: number;
  /** Stores of one engine. */
  readonly stores: number;
  /** Writes that wait to be applied. */
  readonly queuedWrites: number;
  /** Bytes of the vectors held in memory by all stores together: four for each number, one where they are on disk. */
  readonly memoryBytes: number;
}

export const defaultLimits: Limits = Object.freeze({
  dimension: 4_096,
  limit: 10_000,
  idBytes: 512,
  metadataBytes: 64 * 1024,
  metadataDepth: 16,
  entriesPerWrite: 10_000,
  bytesPerWrite: 16 * 1024 * 1024,
  queriesPerPipeline: 10_000,
  predicateTerms: 10_000,
  stores: 100_000,
  queuedWrites: 10_000,
  memoryBytes: 8 * 1024 * 1024 * 1024,
});

/** The limits with some replaced. @throws INVALID_ARGUMENT for an unknown name or an impossible value. */
export function makeLimits(changes: Partial<Limits> = {}): Limits {
  if (typeof changes !== "object" || changes === null) {
    throw new AhnlichError(
      "INVALID_ARGUMENT",
      `limits: expected an object, got ${describe(changes)}`,
    );
  }
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(defaultLimits, name)) {
      throw new AhnlichError("INVALID_ARGUMENT", `limits.${name} is not a limit`);
    }
    const ceiling = ceilings[name as keyof Limits] ?? Number.MAX_SAFE_INTEGER;
    if (!Number.isSafeInteger(value) || value < 1 || value > ceiling) {
      const expected = `an integer from 1 to ${ceiling}`;
      throw new AhnlichError(
        "INVALID_ARGUMENT",
        `limits.${name}: expected ${expected}, got ${describe(value)}`,
      );
    }
  }
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return Object.freeze({ ...defaultLimits, ...Object.fromEntries(given) });
}

/** @throws LIMIT_EXCEEDED naming the limit, when `count` is above it. */
export function checkLimit(limits: Limits, name: keyof Limits, count: number, what: string): void {
  if (count <= limits[name]) return;
  throw new AhnlichError(
    "LIMIT_EXCEEDED",
    `${what}: ${count} is above the limit of ${limits[name]} (limits.${name})`,
    { details: { limit: name, bound: limits[name], got: count } },
  );
}

/** What the format on disk and the kernels can hold at most. */
const ceilings: Partial<Record<keyof Limits, number>> = {
  dimension: 65_535,
  idBytes: 1_024,
  metadataBytes: 16 * 1024 * 1024,
  metadataDepth: 64,
  limit: 1_000_000,
  entriesPerWrite: 1_000_000,
  bytesPerWrite: 1024 * 1024 * 1024,
};
