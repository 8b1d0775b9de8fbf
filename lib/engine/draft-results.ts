import { compareText } from "../model/text.js";
import { isScopeOfKeys, type WriteIdentity } from "../model/write-identity.js";
import type { Snapshot } from "../persistence/persistence.js";
import type { WriteBatch } from "../persistence/write-batch.js";
import {
  deletePlace,
  deleteResultCounters,
  numberOf,
  putPlace,
  putResult,
  putResultCounters,
  type ResultCounters,
  type ResultPlace,
  type ResultScope,
  readPlaces,
  readResult,
  readResultCounters,
  readResultScopes,
  resultKey,
  type StoredResult,
} from "../rows/result-rows.js";
import type { Steps } from "./steps.js";

/**
 * The results of writes with a key, as a draft has them: those stored, those of the draft that is being committed,
 * and its own. What is found and what is trimmed is the same however commands are grouped into transactions.
 */
export class DraftResults {
  readonly #batch: WriteBatch;
  readonly #snapshot: Snapshot;
  #before: DraftResults | undefined;
  /** What this draft has kept or, undefined, taken away, by the bytes of its key. */
  readonly changed: Map<string, StoredResult | undefined> = new Map();
  readonly scopes: Map<string, Scope> = new Map();

  constructor(batch: WriteBatch, snapshot: Snapshot, before: DraftResults | undefined) {
    this.#batch = batch;
    this.#snapshot = snapshot;
    this.#before = before;
  }

  find(identity: WriteIdentity): StoredResult | undefined {
    const key = resultKey(identity);
    const name = nameOf(key);
    if (this.changed.has(name)) return this.changed.get(name);
    const before = this.#before;
    if (before?.changed.has(name)) return before.changed.get(name);
    return readResult(this.#snapshot, key);
  }

  /** Keeps the result of a write that has none, and takes a few of the oldest of its scope away. */
  keep(identity: WriteIdentity, result: StoredResult): void {
    const { sequence, time } = result;
    const key = resultKey(identity);
    const scope = this.#scope(identity.scope);
    const place = { sequence, time, key };
    putResult(this.#batch, key, result);
    putPlace(this.#batch, identity.scope, place);
    this.changed.set(nameOf(key), result);
    scope.added.push(place);
    const { rows, from, since } = scope.counters;
    scope.counters =
      rows === 0 ? { rows: 1, from: sequence, since: time } : { rows: rows + 1, from, since };
    this.#trim(identity.scope, scope, {
      since: time - resultsKeptMs,
      rows: isScopeOfKeys(identity.scope) ? rowsKept : numberedRowsKept,
      settled: identity.settled ?? 0,
      most: rowsTrimmed,
    });
  }

  /**
   * Takes up to `most` results away that are too old, also where no write comes any more, and those of the oldest
   * scopes where there are too many; how many. To be called on a draft of nothing else.
   */
  *forget(now: number, most: number): Steps<number> {
    const due = now - resultsKeptMs;
    const scopes: ResultScope[] = [];
    for (const scope of readResultScopes(this.#snapshot)) {
      scopes.push(scope);
      yield;
    }
    scopes.sort((a, b) => a.counters.since - b.counters.since || compareText(a.name, b.name));
    const excess = scopes.length - scopesKept;
    let left = most;
    for (const [place, { name, counters }] of scopes.entries()) {
      const isExcess = !isScopeOfKeys(name) && place < excess;
      if (left === 0 || (!isExcess && counters.since >= due)) continue;
      const since = isExcess ? Number.POSITIVE_INFINITY : due;
      const keep = { since, rows: Number.POSITIVE_INFINITY, settled: 0, most: left };
      left -= this.#trim(name, this.#scope(name), keep);
      yield;
    }
    return most - left;
  }

  /** Writes what is written once a transaction; to be called last. */
  seal(): void {
    for (const [name, { counters }] of this.scopes) {
      if (counters.rows > 0) putResultCounters(this.#batch, name, counters);
      else deleteResultCounters(this.#batch, name);
    }
    this.#before = undefined;
  }

  /** Takes the oldest results that are not to be kept away; how many. */
  #trim(name: string, scope: Scope, keep: Kept): number {
    let { rows, from, since } = scope.counters;
    if (rows <= keep.rows && since >= keep.since && keep.settled === 0) return 0;
    let trimmed = 0;
    for (const place of this.#places(name, from)) {
      since = place.time;
      const isAsked = keep.settled === 0 || numberOf(name, place) >= keep.settled;
      const stays = rows <= keep.rows && since >= keep.since && isAsked;
      if (stays || trimmed === keep.most) break;
      deletePlace(this.#batch, name, place);
      this.changed.set(nameOf(place.key), undefined);
      from = place.sequence + 1;
      rows--;
      trimmed++;
    }
    scope.counters = { rows, from, since };
    return trimmed;
  }

  /** The results of a scope in the order of their sequences. */
  *#places(name: string, from: number): Generator<ResultPlace, void, undefined> {
    let next = from;
    for (const place of readPlaces(this.#snapshot, name, next)) {
      yield place;
      next = place.sequence + 1;
    }
    for (const results of [this.#before, this]) {
      for (const place of results?.scopes.get(name)?.added ?? []) {
        if (place.sequence >= next) yield place;
      }
    }
  }

  #scope(name: string): Scope {
    let scope = this.scopes.get(name);
    if (scope === undefined) {
      const before = this.#before?.scopes.get(name)?.counters;
      const counters = before ?? readResultCounters(this.#snapshot, name) ?? noResults;
      scope = { counters, added: [] };
      this.scopes.set(name, scope);
    }
    return scope;
  }
}

/** How long a result is kept at least, where its scope has no more than may be. */
export const resultsKeptMs: number = 24 * 60 * 60 * 1000;

/** So many scopes keep results: those of clients that number their writes, and the one of keys. */
export const scopesKept = 10_000;

/** What stays of a scope's results. */
interface Kept {
  /** Those of this time and later ones, */
  readonly since: number;
  /** so many of them, */
  readonly rows: number;
  /** and of a client's those from this number on. */
  readonly settled: number;
  /** How many are taken away at most: more than a write adds, so that there are fewer in the end. */
  readonly most: number;
}

interface Scope {
  counters: ResultCounters;
  /** In this draft. */
  readonly added: ResultPlace[];
}

function nameOf(key: Uint8Array): string {
  return Buffer.prototype.latin1Slice.call(key, 0, key.length);
}

const noResults: ResultCounters = { rows: 0, from: 0, since: 0 };
/** How many results a scope keeps. */
const rowsKept = 1_000_000;
const numberedRowsKept = 100_000;
const rowsTrimmed = 8;
