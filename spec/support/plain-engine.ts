import type { Engine } from "../../lib/handles/engine.js";
import type { Store } from "../../lib/handles/store.js";
import type { Changes } from "../../lib/model/answers.js";
import { AhnlichError } from "../../lib/model/errors.js";
import type { CallOptions } from "../../lib/model/options.js";
import type { Query } from "../../lib/model/query.js";

/** What a plain engine is made of. It copies queries before `execute` returns. */
export interface Executor {
  execute(query: Query, options?: CallOptions): Promise<unknown>;
  close(): Promise<void>;
  readonly closed: Promise<Error | undefined>;
}

/** The engine's face over `execute`, with nothing clever: each method makes its query and asks it. */
export function plainEngine(executor: Executor): Engine {
  const ask = askOf(executor);
  const engine = {
    async createStore(name: string, options: object) {
      await ask("createStore", { store: name }, options);
      return plainStore(executor, name);
    },
    store: (name: string) => plainStore(executor, name),
    dropStore: (name: string, options?: object) => ask("dropStore", { store: name }, options),
    alterStore: (name: string, change: object, options?: object) =>
      ask("alterStore", { store: name, ...change }, options).then(() => undefined),
    renameStore: (name: string, to: string, options?: object) =>
      ask("renameStore", { store: name, to }, options).then(() => undefined),
    dropNamespace: (namespace: string, options?: object) =>
      ask("dropNamespace", { namespace }, options),
    listStores: (options?: object) => ask("listStores", {}, options),
    info: (options?: object) => ask("info", {}, options),
    clients: (options?: object) => ask("clients", {}, options),
    async ping(options?: object) {
      const start = performance.now();
      await ask("ping", {}, options);
      return performance.now() - start;
    },
    explain: (query: Query, options?: object) => ask("explain", { query }, options),
    execute: (query: Query, options?: CallOptions) => executor.execute(query, options),
    pipeline: (queries: readonly Query[], options?: object) =>
      ask("pipeline", { queries }, options),
    transaction: (writes: readonly Query[], options?: object) =>
      ask("transaction", { writes }, options),
    close: () => executor.close(),
    closed: executor.closed,
    [Symbol.asyncDispose]: () => executor.close(),
  };
  return engine as unknown as Engine;
}

/** Asks a query of the kind: what is in `options` beside the call's own is part of it. */
type Ask = (kind: string, fixed: object, options?: object) => Promise<unknown>;

function askOf(executor: Executor): Ask {
  return async (kind, fixed, options = {}) => {
    const { signal, timeoutMs, idempotencyKey, ...rest } = options as CallOptions;
    const query = { kind, ...fixed, ...rest } as never;
    return executor.execute(query, { signal, timeoutMs, idempotencyKey });
  };
}

function plainStore(executor: Executor, name: string): Store<never> {
  const ask = askOf(executor);
  const store = {
    name,
    async set(entries: object, options?: object) {
      const list = Symbol.iterator in entries ? [...(entries as Iterable<object>)] : [entries];
      return ask("set", { store: name, entries: list }, options);
    },
    load: (entries: Iterable<object> | AsyncIterable<object>, options?: LoadOptions) =>
      load(ask, name, entries, options),
    async get(key: unknown, options?: object) {
      if (typeof key !== "string") return ask("get", { store: name, keys: key }, options);
      const [entry] = (await ask("get", { store: name, keys: [key] }, options)) as unknown[];
      return entry;
    },
    update: (target: unknown, patch: unknown, options?: object) =>
      ask("update", { store: name, target, patch }, options),
    createIndex: (field: string, options?: object) =>
      ask("createIndex", { store: name, field }, options),
    dropIndex: (field: string, options?: object) =>
      ask("dropIndex", { store: name, field }, options),
    delete: (target: unknown, options?: object) => ask("delete", { store: name, target }, options),
    find: (options?: object) => ask("find", { store: name }, options),
    entries: (options?: object) => entries(ask, name, options),
    count: (options?: object) => ask("count", { store: name }, options),
    facets: (field: string, options?: object) => ask("facets", { store: name, field }, options),
    search: (target: unknown, options?: object) => ask("search", { store: name, target }, options),
    searchMany: (targets: unknown, options?: object) =>
      ask("searchMany", { store: name, targets }, options),
    measureRecall: (options?: object) => ask("measureRecall", { store: name }, options),
    info: (options?: object) => ask("storeInfo", { store: name }, options),
    watch({ signal, ...rest }: CallOptions = {}) {
      return watch(ask, name, { ...structuredClone(rest), signal });
    },
    [Symbol.asyncIterator]: () => entries(ask, name),
  };
  return store as unknown as Store<never>;
}

async function* entries(ask: Ask, store: string, options?: object) {
  let cursor: string | undefined;
  do {
    const page = (await ask("find", { store, cursor }, options)) as {
      entries: object[];
      cursor?: string;
    };
    yield* page.entries;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

async function* watch(ask: Ask, store: string, options: { since?: string } & CallOptions) {
  const { since, ...rest } = options;
  const poll = async (asked: object) => (await ask("changes", asked, rest)) as Changes;
  let next = since ?? (await poll({ store })).next;
  for (;;) {
    const answer = await poll({ store, since: next, waitMs: 60_000 });
    yield* answer.changes;
    next = answer.next;
  }
}

type LoadOptions = { batch?: number; onProgress?: (done: number) => void } & CallOptions;

async function load(
  ask: Ask,
  store: string,
  entries: Iterable<object> | AsyncIterable<object>,
  { batch = 1_000, onProgress, ...call }: LoadOptions = {},
) {
  if (!Number.isSafeInteger(batch) || batch < 1) {
    throw new AhnlichError("INVALID_ARGUMENT", `batch: expected an integer from 1, got ${batch}`);
  }
  const sum = { inserted: 0, updated: 0, version: 0 };
  let done = 0;
  let batches = 0;
  const write = async (some: object[]) => {
    const idempotencyKey = call.idempotencyKey && `${call.idempotencyKey}/${++batches}`;
    const options = { ...call, idempotencyKey };
    const response = (await ask("set", { store, entries: some }, options)) as typeof sum;
    sum.inserted += response.inserted;
    sum.updated += response.updated;
    sum.version = response.version;
    done += some.length;
    onProgress?.(done);
  };
  const waiting: object[] = [];
  for await (const entry of entries) {
    waiting.push(entry);
    if (waiting.length === batch) await write(waiting.splice(0));
  }
  if (waiting.length > 0 || done === 0) await write(waiting);
  return sum;
}
