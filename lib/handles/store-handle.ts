import type { Change, Facet, RecallReport, SetResponse, StoreInfo } from "../model/answers.js";
import type { Entry, EntryInput, Examples, Include, Key, Match, Page } from "../model/entry.js";
import { AhnlichError } from "../model/errors.js";
import type { Metadata } from "../model/metadata.js";
import type { CallOptions, FindOptions, SearchOptions, SetMode, Target } from "../model/options.js";
import type { MetadataMode, Patch } from "../model/patch.js";
import type { VectorInput } from "../model/vector.js";
import type { FieldName, Where } from "../model/where.js";
import { call } from "./call.js";
import { iterateEntries } from "./entry-iteration.js";
import type { Executor } from "./executor.js";
import { load } from "./load.js";
import type { Store } from "./store.js";
import { watchChanges } from "./watch.js";

/** The Store interface over an executor. */
export class StoreHandle<M = Metadata> implements Store<M> {
  readonly #executor: Executor;
  readonly name: string;

  constructor(executor: Executor, name: string) {
    this.#executor = executor;
    this.name = name;
  }

  set(
    entries: EntryInput<M> | Iterable<EntryInput<M>>,
    options?: { mode?: SetMode | undefined } & CallOptions,
  ): Promise<SetResponse> {
    try {
      return this.#call("set", { entries: toEntries(entries) }, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  load(
    entries: Iterable<EntryInput<M>> | AsyncIterable<EntryInput<M>>,
    options?: {
      batch?: number | undefined;
      onProgress?: ((done: number) => void) | undefined;
    } & CallOptions,
  ): Promise<SetResponse> {
    return load(this.#executor, this.name, entries, options);
  }

  get<const I extends Include = {}>(
    id: string,
    options?: { include?: I | undefined } & CallOptions,
  ): Promise<Entry<M, I> | undefined>;
  get<const I extends Include = {}>(
    keys: readonly Key[],
    options?: { include?: I | undefined } & CallOptions,
  ): Promise<(Entry<M, I> | undefined)[]>;
  get(what: string | readonly Key[], options?: object): Promise<unknown> {
    if (typeof what === "string") {
      return this.#call("get", { keys: [what] }, options).then((entries) => entries[0]);
    }
    const error = keysError(what, "keys");
    return error ? Promise.reject(error) : this.#call("get", { keys: what }, options);
  }

  update(
    target: Target<M>,
    patch: Patch<M>,
    options?: {
      metadata?: MetadataMode | undefined;
      ifVersion?: number | undefined;
    } & CallOptions,
  ): Promise<number> {
    const error = targetError(target);
    return error ? Promise.reject(error) : this.#call("update", { target, patch }, options);
  }

  delete(
    target: Target<M>,
    options?: { ifVersion?: number | undefined } & CallOptions,
  ): Promise<number> {
    const error = targetError(target);
    return error ? Promise.reject(error) : this.#call("delete", { target }, options);
  }

  find<const I extends Include = {}>(
    options?: FindOptions<M, I> & CallOptions,
  ): Promise<Page<Entry<M, I>>> {
    return this.#call("find", {}, options) as Promise<never>;
  }

  entries<const I extends Include = {}>(
    options?: Omit<FindOptions<M, I>, "cursor" | "limit"> & CallOptions,
  ): AsyncIterableIterator<Entry<M, I>> {
    return iterateEntries(this.#executor, this.name, options) as AsyncIterableIterator<never>;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Entry<M>> {
    return this.entries();
  }

  count(options?: { where?: Where<M> | undefined } & CallOptions): Promise<number> {
    return this.#call("count", {}, options);
  }

  facets(
    field: FieldName<M>,
    options?: { where?: Where<M> | undefined; limit?: number | undefined } & CallOptions,
  ): Promise<Facet[]> {
    return this.#call("facets", { field }, options);
  }

  search<const I extends Include = {}>(
    target: VectorInput | Examples,
    options?: SearchOptions<M, I> & CallOptions,
  ): Promise<Match<M, I>[]> {
    return this.#call("search", { target }, options) as Promise<never>;
  }

  searchMany<const I extends Include = {}>(
    targets: readonly VectorInput[],
    options?: SearchOptions<M, I> & CallOptions,
  ): Promise<Match<M, I>[][]> {
    return this.#call("searchMany", { targets }, options) as Promise<never>;
  }

  measureRecall(
    options?: {
      samples?: number | undefined;
      limit?: number | undefined;
      where?: Where<M> | undefined;
    } & CallOptions,
  ): Promise<RecallReport> {
    return this.#call("measureRecall", {}, options);
  }

  createIndex(field: FieldName<M>, options?: CallOptions): Promise<boolean> {
    return this.#call("createIndex", { field }, options);
  }

  dropIndex(
    field: FieldName<M>,
    options?: { ifExists?: boolean | undefined } & CallOptions,
  ): Promise<boolean> {
    return this.#call("dropIndex", { field }, options);
  }

  info(options?: CallOptions): Promise<StoreInfo> {
    return this.#call("storeInfo", {}, options);
  }

  watch(
    options?: { since?: string | undefined; where?: Where<M> | undefined } & CallOptions,
  ): AsyncIterableIterator<Change> {
    return watchChanges(this.#executor, this.name, options);
  }

  #call<K extends Parameters<typeof call>[1]>(
    kind: K,
    fields: object,
    options: object | undefined,
  ): ReturnType<typeof call<K>> {
    return call(this.#executor, kind, fields, options, this.name);
  }
}

/** The entries of one `set`, taken from their iterable now. @throws LIMIT_EXCEEDED when it does not end. */
function toEntries(entries: unknown): unknown {
  if (Array.isArray(entries)) return entries;
  if (typeof entries !== "object" || entries === null || !(Symbol.iterator in entries)) {
    return [entries];
  }
  const taken: unknown[] = [];
  for (const entry of entries as Iterable<unknown>) {
    if (taken.length === entriesMax) {
      const sentence = `entries: expected at most ${entriesMax} in one set, got more; use load`;
      throw new AhnlichError("LIMIT_EXCEEDED", sentence);
    }
    taken.push(entry);
  }
  return taken;
}

function targetError(target: unknown): AhnlichError | undefined {
  const isList = Array.isArray(target) || ArrayBuffer.isView(target);
  return isList ? keysError(target, "target") : undefined;
}

/** A list of numbers is one vector and might be meant as a list of keys: it is taken for neither. */
function keysError(keys: unknown, what: string): AhnlichError | undefined {
  if (Array.isArray(keys) && !keys.some((key) => typeof key === "number")) return undefined;
  const got = Array.isArray(keys) || ArrayBuffer.isView(keys) ? "a list of numbers" : typeof keys;
  const sentence = `${what}: expected an id or a list of ids and vectors, got ${got}`;
  return new AhnlichError("INVALID_ARGUMENT", sentence);
}

/** The most that any engine's limits can allow, so that an endless iterable ends here. */
const entriesMax = 1_000_000;
