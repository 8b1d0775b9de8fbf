import type { CheckedQuery } from "../model/checked-query.js";
import type { Entry } from "../model/entry.js";
import { AhnlichError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";
import type { Persistence } from "../persistence/persistence.js";
import type { Origin } from "../rows/meta-rows.js";
import { type Call, unlessGivenUp } from "./call.js";
import { changes } from "./changes.js";
import { compact } from "./compact.js";
import { explain } from "./explain.js";
import { facets } from "./facets.js";
import { count, find } from "./find.js";
import type { Handlers } from "./handler-table.js";
import type { IndexKeeper } from "./index-keeper.js";
import { isLongToMake, type MadeWrite, makeWrite } from "./make-write.js";
import { measureRecall } from "./measure-recall.js";
import { runPipeline } from "./pipeline.js";
import type { Clock, Random } from "./ports.js";
import type { Publication } from "./publication.js";
import { readById, toEntry } from "./read.js";
import type { Report } from "./report.js";
import { search, searchMany } from "./search.js";
import { Slice } from "./slice.js";
import { atOnce, inSlices } from "./steps.js";
import { verify } from "./verify.js";
import type { View } from "./view.js";
import type { WriteQuery } from "./write-of.js";
import type { Writer } from "./writer.js";

/** What the handlers work with. */
export interface Workshop {
  readonly persistence: Persistence;
  readonly publication: Publication;
  readonly writer: Writer;
  readonly report: Report;
  readonly indexes: IndexKeeper;
  readonly clock: Clock;
  readonly random: Random;
  readonly origin: Origin;
  readonly limits: Limits;
}

export function makeHandlers(workshop: Workshop): Handlers {
  const { persistence, publication, writer, report, indexes } = workshop;
  const { clock, random, origin, limits } = workshop;
  const { views } = publication;
  /** Reads see one view at one time from beginning to end. */
  const reading = async <T>(
    call: Call,
    read: (view: View, time: number) => Promise<T>,
  ): Promise<T> => {
    // Whoever reads again and again until something is there must let it come.
    const slice = new Slice(call);
    if (slice.isOver) await slice.next();
    const view = views.acquire();
    try {
      return await read(view, clock.now());
    } finally {
      views.release(view);
    }
  };
  /**
   * Writes are queued in the order in which they were asked for, but that short ones do not wait for large ones to
   * be encoded: they are queued before this returns.
   */
  let encoding: Promise<unknown> = Promise.resolve();
  const write = (query: WriteQuery, call: Call): Promise<never> => {
    const made = makeWrite(query, limits, call.identity);
    const submit = ({ write, identity }: MadeWrite) => writer.submit(write, call, identity);
    if (!isLongToMake(query, call.identity)) return submit(atOnce(made)) as Promise<never>;
    const encoded = encoding.then(() => inSlices(made, new Slice(call)));
    encoding = encoded.catch(() => {});
    return encoded.then(submit) as Promise<never>;
  };
  const handlers: Handlers = {
    ping: () => null,
    info: (_, call) => reading(call, (view, time) => report.engine(view, time, call)),
    clients: () => report.clients(),
    shutdown: () => {
      throw new AhnlichError("FORBIDDEN", "shutdown is for servers; close() ends an engine here");
    },
    createStore: write,
    alterStore: write,
    createIndex: async (query, call) => {
      const isNew = await write(query, call);
      await indexes.whenUsable(query, call);
      return isNew;
    },
    dropIndex: write,
    renameStore: write,
    dropStore: write,
    dropNamespace: write,
    set: write,
    update: write,
    delete: write,
    listStores: ({ namespace }, call) =>
      reading(call, (view, time) => report.stores(view, view.catalog.list(namespace), time, call)),
    storeInfo: ({ store }, call) =>
      reading(call, (view, time) => report.store(view, view.catalog.get(store), time, call)),
    get: (query, call) => reading(call, (view, time) => get(view, query, time, call)),
    find: (query, call) => reading(call, (view, time) => find(view, query, time, call)),
    count: (query, call) => reading(call, (view, time) => count(view, query, time, call)),
    facets: (query, call) => reading(call, (view, time) => facets(view, query, time, call)),
    search: (query, call) =>
      reading(call, (view, time) => search(publication, view, query, time, call)),
    searchMany: (query, call) =>
      reading(call, (view, time) => searchMany(publication, view, query, time, call)),
    changes: (query, call) => changes({ publication, origin, clock }, query, call),
    measureRecall: (query, call) =>
      reading(call, (view, time) =>
        measureRecall({ publication, random }, view, query, time, call),
      ),
    explain: ({ query }, call) =>
      reading(call, (view, time) => explain(publication, view, query, time, call)),
    pipeline: (query, call) => runPipeline(handlers, query, call),
    compact: (_, call) => unlessGivenUp(call, compact(persistence, publication)),
    backup: () => {
      throw new AhnlichError("FORBIDDEN", "no folder was given here for the backups of clients");
    },
    transaction: write,
    verify: (_, call) => verify(publication, call),
  };
  return handlers;
}

async function get(
  { snapshot, catalog }: View,
  { store: name, ids, include }: CheckedQuery<"get">,
  time: number,
  call: Call,
): Promise<(Entry | undefined)[]> {
  const store = catalog.get(name);
  const slice = new Slice(call);
  const entries: (Entry | undefined)[] = [];
  for (const id of ids) {
    const stored = readById(snapshot, store, id, time);
    entries.push(stored && toEntry(snapshot, store, stored, include, call));
    if (slice.isOver) await slice.next();
  }
  return entries;
}
