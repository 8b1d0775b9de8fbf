import { LateCallOptions } from "../handles/late-call-options.js";
import type { CallOptions } from "../model/options.js";
import type { Query } from "../model/query.js";
import { FairQueue, type Owner, type Work } from "./fair-queue.js";
import type { ServerLimits } from "./server-limits.js";

/**
 * The turns that clients take with what may be long: searches, scans of entries, and large writes, each sort
 * by itself. A pipeline takes none, but each of its members that may be long does, so that none is a way around them.
 */
export class Turns {
  readonly #searches: FairQueue;
  readonly #scans: FairQueue;
  readonly #writes: FairQueue;
  /** Of what is over soon but may have large answers: they wait until the former ones are taken. */
  readonly #gets: FairQueue;

  constructor(limits: ServerLimits) {
    const { searchesAtOnceMax, scansAtOnceMax, largeWritesAtOnceMax, queuedMax } = limits;
    this.#searches = new FairQueue(searchesAtOnceMax, queuedMax, 1);
    this.#scans = new FairQueue(scansAtOnceMax, queuedMax);
    this.#writes = new FairQueue(largeWritesAtOnceMax, queuedMax);
    this.#gets = new FairQueue(scansAtOnceMax, queuedMax);
  }

  /** @throws as `FairQueue.run` does */
  run(owner: Owner, query: Query, options: CallOptions, work: Work): Promise<unknown> {
    if (query.kind === "pipeline") this.#letMembersWait(owner, query, options);
    const queue = this.#queueOf(query);
    return queue === undefined ? work(options) : queue.run(owner, options, work);
  }

  /** To be called now and then. */
  tick(now: number): void {
    for (const queue of [this.#searches, this.#scans, this.#writes, this.#gets]) queue.tick(now);
  }

  #letMembersWait(owner: Owner, { queries }: Query<"pipeline">, options: CallOptions): void {
    if (!(options instanceof LateCallOptions) || !Array.isArray(queries)) return;
    options.turnOf = (place) => {
      const member: unknown = queries[place];
      const queue = this.#queueOf(Object(member) as Query);
      return queue && ((work) => queue.run(owner, { signal: options.signal }, work));
    };
  }

  /** Where a query waits that may take long; undefined where it does not wait. */
  #queueOf(query: Query): FairQueue | undefined {
    switch (query.kind) {
      case "search":
      case "searchMany":
        // Metadata are read then, maybe many.
        return query.where === undefined && query.groupBy === undefined
          ? this.#searches
          : this.#scans;
      case "find":
      case "count":
      case "facets":
      case "measureRecall":
      case "explain":
        return this.#scans;
      case "get":
        if (isLong(query.keys)) return this.#scans;
        return isLong(query.keys, fewMax) ? this.#gets : undefined;
      case "listStores":
      case "clients":
        return this.#gets;
      case "changes":
        // One that waits for changes would keep others from their turn.
        return Number(query.limit) > manyMax && !query.waitMs ? this.#scans : undefined;
      case "set":
        return isLong(query.entries) ? this.#writes : undefined;
      case "update":
      case "delete":
        return isShortTarget(query.target) ? undefined : this.#writes;
      case "transaction":
        return this.#writes;
      default:
        return undefined;
    }
  }
}

/** Whatever is wrong with it is for the engine to say. */
function isLong(list: unknown, most: number = manyMax): boolean {
  return Array.isArray(list) && list.length > most;
}

/** A key, or a few: all else may mean any number of entries. */
function isShortTarget(target: unknown): boolean {
  if (Array.isArray(target)) return !isLong(target);
  return typeof target === "string" || ArrayBuffer.isView(target);
}

/** What is not longer is over at once. */
const manyMax = 200;
/** The answers of as many gets as may be in flight are no matter where each has no more. */
const fewMax = 4;
