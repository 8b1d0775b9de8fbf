import type { FieldPredicate, Predicate } from "../model/predicate.js";
import type { Snapshot } from "../persistence/persistence.js";
import { postingRanges } from "../rows/posting-ranges.js";
import { postingSections } from "../rows/posting-rows.js";
import { addPostings, type TermsSought } from "../rows/read-postings.js";
import type { StoredStore } from "../rows/store-rows.js";
import { isUsable, type StoredIndex } from "../rows/stored-index.js";
import { OrdinalSet } from "./ordinal-set.js";
import type { Steps } from "./steps.js";

/** What the indexes of a store say of a predicate, expired entries among them. */
export interface Found {
  readonly ordinals: OrdinalSet;
  /** Whether all but these ordinals are meant. */
  readonly isNegated: boolean;
  /** Whether all that is found is allowed. All that is allowed is found in any case. */
  readonly isExact: boolean;
}

/**
 * Asks the indexes of a store, of each part of a predicate that has one. How much a part allows shows while its
 * postings are read: of several that must all hold, each is read a little farther in turn until one is at its end. Of
 * the others those are read to their ends that are not much longer; the rest is left to be seen in the entries.
 */
export class PredicatePlanner {
  /** The fields whose indexes were of use. */
  readonly fields: Set<string> = new Set();
  /** Rows of postings that were read. */
  rows = 0;
  /** Whether something was given up for its length, since somebody wanted to know. */
  #hasRunOut = false;
  readonly #snapshot: Snapshot;
  readonly #store: StoredStore;
  readonly #indexes: ReadonlyMap<string, StoredIndex>;

  constructor(snapshot: Snapshot, store: StoredStore) {
    this.#snapshot = snapshot;
    this.#store = store;
    const usable = store.indexes.filter(isUsable);
    this.#indexes = new Map(usable.map((index) => [index.field, index]));
  }

  /** Undefined where no index helps, or where it would take more rows of postings than that. */
  *find(predicate: Predicate, rowsMax: number): Steps<Found | undefined> {
    return this.#indexes.size > 0 && this.#helps(predicate)
      ? yield* this.#find(predicate, rowsMax)
      : undefined;
  }

  #helps(predicate: Predicate): boolean {
    switch (predicate.kind) {
      case "all":
        return false;
      case "none":
        return true;
      case "and":
        return predicate.members.some((member) => this.#helps(member));
      case "or":
        return predicate.members.every((member) => this.#helps(member));
      case "not":
        return this.#helps(predicate.member);
      default:
        return this.#indexes.has(predicate.field);
    }
  }

  *#find(predicate: Predicate, rowsMax: number): Steps<Found | undefined> {
    switch (predicate.kind) {
      case "all":
        return undefined;
      case "none":
        return { ordinals: new OrdinalSet(), isNegated: false, isExact: true };
      case "and":
        return yield* this.#findAll(predicate.members, rowsMax);
      case "or":
        return yield* this.#findAny(predicate.members, rowsMax);
      case "not": {
        const found = yield* this.#find(predicate.member, rowsMax);
        // Of what may be allowed the opposite may be allowed as well.
        return found?.isExact ? { ...found, isNegated: !found.isNegated } : undefined;
      }
      default:
        return yield* this.#findField(predicate, rowsMax);
    }
  }

  *#findField(predicate: FieldPredicate, rowsMax: number): Steps<Found | undefined> {
    const index = this.#indexes.get(predicate.field);
    if (index === undefined) return undefined;
    const { ranges, doubtful, isExact } = postingRanges(predicate);
    const begun = this.rows;
    const { incarnation } = this.#store;
    const main = { incarnation, index: index.number, section: postingSections.main, ranges };
    const ordinals = yield* this.#read(main, rowsMax);
    if (ordinals === undefined) return undefined;
    this.fields.add(predicate.field);
    if (doubtful === undefined) return { ordinals, isNegated: false, isExact };
    const long = { ...main, section: postingSections.long, ranges: [doubtful] };
    const others = yield* this.#read(long, rowsMax - (this.rows - begun));
    if (others === undefined) return undefined;
    const isSure = isExact && others.size === 0;
    ordinals.addAll(others);
    return { ordinals, isNegated: false, isExact: isSure };
  }

  /** All ordinals with these terms; undefined where that would take more rows. */
  *#read(sought: TermsSought, rowsMax: number): Steps<OrdinalSet | undefined> {
    const ordinals = new OrdinalSet();
    const wordsOf = ordinals.wordsOf.bind(ordinals);
    let left = rowsMax;
    for (const _ of addPostings(this.#snapshot, sought, wordsOf)) {
      this.rows++;
      if (left-- <= 0) {
        this.#hasRunOut = true;
        return undefined;
      }
      yield;
    }
    return ordinals;
  }

  *#findAny(members: readonly Predicate[], rowsMax: number): Steps<Found | undefined> {
    let any: Found | undefined;
    const begun = this.rows;
    for (const member of members) {
      const found = yield* this.#find(member, rowsMax - (this.rows - begun));
      if (found === undefined) return undefined;
      any = any === undefined ? found : eitherOf(any, found);
    }
    return any;
  }

  *#findAll(members: readonly Predicate[], rowsMax: number): Steps<Found | undefined> {
    const left = new Set(members.filter((member) => this.#helps(member)));
    let told = 0;
    let all: Found | undefined;
    const take = (member: Predicate, found: Found | undefined): void => {
      left.delete(member);
      if (found === undefined) return;
      told++;
      all = all === undefined ? found : bothOf(all, found);
    };
    for (let most = firstRows; all === undefined && left.size > 0; most *= 4) {
      const bound = Math.min(most, rowsMax);
      for (const member of left) {
        this.#hasRunOut = false;
        const found = yield* this.#find(member, bound);
        if (found !== undefined || !this.#hasRunOut || bound === rowsMax) take(member, found);
        if (all !== undefined) break;
      }
    }
    for (const member of left) {
      const bound = Math.min(rowsMax, sizeOf(all) * rowsPerEntry);
      if (bound > 0) take(member, yield* this.#find(member, bound));
    }
    if (all === undefined) return undefined;
    // What no index has told is to be seen in the entries, if there are any.
    return told === members.length || sizeOf(all) === 0
      ? all
      : { ...(all as Found), isExact: false };
  }
}

function sizeOf(found: Found | undefined): number {
  if (found === undefined) return 0;
  return found.isNegated ? Number.POSITIVE_INFINITY : found.ordinals.size;
}

/** Postings of a part are read that far before another part is looked at. */
const firstRows = 64;
/** To look into an entry costs as much as so many rows of postings. */
const rowsPerEntry = 1;

function bothOf(a: Found, b: Found): Found {
  const isExact = a.isExact && b.isExact;
  if (a.isNegated && b.isNegated) {
    a.ordinals.addAll(b.ordinals);
    return { ordinals: a.ordinals, isNegated: true, isExact };
  }
  const [only, other] = a.isNegated ? [b, a] : [a, b];
  if (other.isNegated) only.ordinals.remove(other.ordinals);
  else only.ordinals.keep(other.ordinals);
  return { ordinals: only.ordinals, isNegated: false, isExact };
}

function eitherOf(a: Found, b: Found): Found {
  const isExact = a.isExact && b.isExact;
  if (!a.isNegated && !b.isNegated) {
    a.ordinals.addAll(b.ordinals);
    return { ordinals: a.ordinals, isNegated: false, isExact };
  }
  const [but, other] = a.isNegated ? [a, b] : [b, a];
  if (other.isNegated) but.ordinals.keep(other.ordinals);
  else but.ordinals.remove(other.ordinals);
  return { ordinals: but.ordinals, isNegated: true, isExact };
}
