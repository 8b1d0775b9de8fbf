import type { Change, Changes } from "../model/answers.js";
import type { CheckedQuery } from "../model/checked-query.js";
import { compilePredicate } from "../model/compile-predicate.js";
import { AhnlichError } from "../model/errors.js";
import type { Metadata } from "../model/metadata.js";
import { type LoggedChange, readChanges } from "../rows/change-rows.js";
import { decodeMetadata } from "../rows/entry-rows.js";
import type { Origin } from "../rows/meta-rows.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Call } from "./call.js";
import type { Clock } from "./ports.js";
import { type Place, placeBehind, positionOf, readPosition, wholeCommand } from "./position.js";
import type { Publication } from "./publication.js";
import { readById } from "./read.js";
import { Slice } from "./slice.js";
import type { View } from "./view.js";

/**
 * What was changed behind `since`, by the entries as they are now. Whoever begins with a position and then a
 * `find`, and takes each change for what `get` says of its id, comes to what a new `find` would give:
 *
 * - the last change of an id that is there is a set, and it is told by the entry: as `set` or as `leave`;
 * - the last change of one that is not there took it away, and is told whatever the predicate says: nobody knows
 *   any more what it would have said. A set before it may be passed over, and is.
 *
 * Without changes it waits, and holds no view meanwhile.
 */
export async function changes(
  { publication, origin, clock }: Around,
  query: CheckedQuery<"changes">,
  call: Call,
): Promise<Changes> {
  const { views, waiters } = publication;
  const ends = performance.now() + query.waitMs;
  const asked = new Asked(origin, query);
  for (;;) {
    // Thousands may have been woken with it; or it is asked again and again for what is still to come.
    const slice = new Slice(call);
    if (slice.isOver) await slice.next();
    const view = views.acquire();
    let read: Read;
    try {
      read = await asked.read(view, clock.now(), call);
    } finally {
      views.release(view);
    }
    if (read.changes.length > 0 || query.since === undefined) return asked.answer(read);
    const left = ends - performance.now();
    if (read.isAtEnd) {
      if (left <= 0 || waiters.isClosed) return asked.answer(read);
      // What was published while it read is read now.
      const { store } = read;
      if (views.current.catalog.find(store.name) === store) await waiters.wait(store, left, call);
    }
    asked.since = read.next;
  }
}

interface Around {
  readonly publication: Publication;
  readonly origin: Origin;
  readonly clock: Clock;
}

/** What one look at the log gave. */
interface Read {
  readonly store: StoredStore;
  readonly changes: Change[];
  readonly next: Place;
  /** Whether `next` is behind everything there is. */
  readonly isAtEnd: boolean;
}

class Asked {
  /** Behind what it goes on; undefined: behind everything. */
  since: Place | undefined;
  readonly #origin: Origin;
  readonly #query: CheckedQuery<"changes">;
  readonly #matches: ((metadata: Metadata) => boolean) | undefined;

  /** @throws INVALID_ARGUMENT, HISTORY_LOST */
  constructor(origin: Origin, query: CheckedQuery<"changes">) {
    this.#origin = origin;
    this.#query = query;
    this.#matches = query.where.kind === "all" ? undefined : compilePredicate(query.where);
    this.since = query.since === undefined ? undefined : readPosition(origin, query.since);
  }

  answer({ changes, next }: Read): Changes {
    return { changes, next: positionOf(this.#origin, next) };
  }

  async read(view: View, time: number, call: Call): Promise<Read> {
    const { snapshot, catalog, sequence } = view;
    const store = catalog.get(this.#query.store);
    const { incarnation } = store;
    const end = { store, next: placeBehind(incarnation, sequence), isAtEnd: true };
    if (this.since === undefined) return { ...end, changes: [] };
    const from = beginningAt(checkKept(this.since, store, sequence));
    const slice = new Slice(call);
    const changes: Change[] = [];
    let examined = 0;
    let next = this.since;
    for (const logged of readChanges(snapshot, incarnation, from.sequence, from.part)) {
      const { part, offset } = logged;
      if (logged.sequence === from.sequence && part === from.part && offset < from.offset) continue;
      const isFull = changes.length === this.#query.limit || examined++ === examinedMax;
      if (isFull) return { store, changes, next, isAtEnd: false };
      next = placeOf(incarnation, logged);
      const change = this.#judge({ view, store, time }, logged, next);
      if (change !== undefined) {
        call.takeRoom?.(changeBytes + 2 * change.id.length);
        changes.push(change);
      }
      if (slice.isOver) await slice.next();
    }
    return { ...end, changes };
  }

  /** As it is told; undefined for the set of an entry that is gone or has expired, whose end is told later. */
  #judge(
    { view, store, time }: { view: View; store: StoredStore; time: number },
    { kind, id, sequence }: LoggedChange,
    behind: Place,
  ): Change | undefined {
    const position = positionOf(this.#origin, behind);
    if (kind !== "set") return { position, kind, id, version: sequence };
    const entry = readById(view.snapshot, store, id, time);
    if (entry === undefined) return undefined;
    const { version } = entry;
    const isIn = this.#matches === undefined || this.#matches(decodeMetadata(entry.metadata));
    return { position, kind: isIn ? "set" : "leave", id, version };
  }
}

/**
 * The place, if everything behind it is still there.
 *
 * @throws HISTORY_LOST where it is not; INVALID_ARGUMENT for a place that the engine has not come to
 */
function checkKept(place: Place, store: StoredStore, reached: number): Place {
  const { name, incarnation, named, counters } = store;
  if (place.sequence > reached) {
    throw new AhnlichError("INVALID_ARGUMENT", "since: the position is in the future");
  }
  if (place.incarnation !== incarnation && place.incarnation !== 0) {
    throw lost(name, `since: the position is not of the store that is named ${name} now`);
  }
  // What the engine's position means by the name is another store, or none.
  if (place.incarnation === 0 && place.sequence < named) {
    throw lost(name, `since: the position is from before the store was named ${name}`);
  }
  if (beginningAt(place).sequence < counters.changesFrom) {
    throw lost(name, `since: store ${name} keeps no changes any more from that position on`);
  }
  return place;
}

/** Behind the change: where it is the last of its command, that is good for as long as what follows is kept. */
function placeOf(incarnation: number, { sequence, part, offset, isLast }: LoggedChange): Place {
  if (isLast) return placeBehind(incarnation, sequence);
  return { incarnation, sequence, part, offset: offset + 1 };
}

function lost(store: string, sentence: string): AhnlichError {
  return new AhnlichError("HISTORY_LOST", sentence, { details: { store } });
}

/** The part that is read first, and how many of its changes are done. */
function beginningAt({ sequence, part, offset }: Place): Omit<Place, "incarnation"> {
  return part === wholeCommand
    ? { sequence: sequence + 1, part: 0, offset: 0 }
    : { sequence, part, offset };
}

/** After so many changes another view is taken, so that none is held for long. */
const examinedMax = 10_000;
/** Of an answer, for each of its changes but the id: a position, a version. */
const changeBytes = 120;
