import type { CheckedQuery } from "../model/checked-query.js";
import type { Entry } from "../model/entry.js";
import { AhnlichError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";
import type { Call } from "./call.js";
import { isSmall } from "./command.js";
import { count, find } from "./find.js";
import type { Handlers } from "./handler-table.js";
import { type MadeWrite, makeWrite } from "./make-write.js";
import { runPipeline } from "./pipeline.js";
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
  readonly publication: Publication;
  readonly writer: Writer;
  readonly report: Report;
  readonly limits: Limits;
}

export function makeHandlers({ publication, writer, report, limits }: Workshop): Handlers {
  const { views } = publication;
  /** Reads see one view from beginning to end. */
  const reading = async <T>(read: (view: View) => Promise<T>): Promise<T> => {
    const view = views.acquire();
    try {
      return await read(view);
    } finally {
      views.release(view);
    }
  };
  /**
   * Writes are queued in the order in which they were asked for, but that short ones do not wait for large sets to
   * be encoded: they are queued before this returns.
   */
  let encoding: Promise<unknown> = Promise.resolve();
  const write = (query: WriteQuery, call: Call): Promise<never> => {
    const made = makeWrite(query, limits, call.identity);
    const submit = ({ write, identity }: MadeWrite) => writer.submit(write, call, identity);
    if (query.kind !== "set" || isSmall(query)) return submit(atOnce(made)) as Promise<never>;
    const encoded = encoding.then(() => inSlices(made, new Slice(call)));
    encoding = encoded.catch(() => {});
    return encoded.then(submit) as Promise<never>;
  };
  const handlers: Handlers = {
    ping: () => null,
    info: () => report.engine(views.current),
    clients: () => report.clients(),
    shutdown: () => {
      throw new AhnlichError("FORBIDDEN", "shutdown is for servers; close() ends an engine here");
    },
    createStore: write,
    dropStore: write,
    dropNamespace: write,
    set: write,
    delete: write,
    listStores: ({ namespace }, call) =>
      reading((view) => report.stores(view, view.catalog.list(namespace), call)),
    storeInfo: ({ store }) => report.store(views.current, views.current.catalog.get(store)),
    get: (query, call) => reading((view) => get(view, query, call)),
    find: (query, call) => reading((view) => find(view, query, call)),
    count: (query, call) => reading((view) => count(view, query, call)),
    search: (query, call) => reading((view) => search(publication, view, query, call)),
    searchMany: (query, call) => reading((view) => searchMany(publication, view, query, call)),
    pipeline: (query, call) => runPipeline(handlers, query, call),
    verify: (_, call) => verify(publication, call),
  };
  return handlers;
}

async function get(
  { snapshot, catalog }: View,
  { store: name, ids, include }: CheckedQuery<"get">,
  call: Call,
): Promise<(Entry | undefined)[]> {
  const store = catalog.get(name);
  const slice = new Slice(call);
  const entries: (Entry | undefined)[] = [];
  for (const id of ids) {
    const stored = readById(snapshot, store, id);
    entries.push(stored && toEntry(snapshot, store, stored, include));
    if (slice.isOver) await slice.next();
  }
  return entries;
}
