import { createHash } from "node:crypto";
import type { EngineInfo, Outcome, SetResponse, StoreInfo } from "../../lib/model/answers.js";
import type { Entry, Examples, Include, Match, Page } from "../../lib/model/entry.js";
import { toAhnlichError } from "../../lib/model/errors.js";
import type { Limits } from "../../lib/model/limits.js";
import type { Metadata } from "../../lib/model/metadata.js";
import type { Metric } from "../../lib/model/metric.js";
import type { Kinds, Query } from "../../lib/model/query.js";
import type { Where } from "../../lib/model/where.js";
import {
  checkedCount,
  checkedId,
  checkedMetadata,
  checkedVector,
  checkWhere,
  demand,
  demandBoolean,
  demandFields,
  demandInclude,
  demandMetric,
  demandNamespace,
  demandStoreName,
  fieldsOf,
  isPlain,
  refuse,
  within,
} from "./naive-checks.js";
import { constantOf, holds } from "./naive-predicate.js";
import { byId, naivelyNearest } from "./naive-search.js";

interface NaiveEntry {
  readonly id: string;
  readonly vector: Float32Array;
  readonly metadata: Metadata;
  readonly version: number;
}

interface NaiveStore {
  readonly name: string;
  readonly dimension: number;
  readonly metric: Metric;
  entries: Map<string, NaiveEntry>;
  /** Of the last command that changed it. */
  sequence: number;
}

type Ask<K extends keyof Kinds> = Kinds[K]["ask"];

/** The whole semantics as Maps and loops: slow, complete, and written to be read. */
export class NaiveModel {
  readonly #stores = new Map<string, NaiveStore>();
  readonly #limits: Limits;
  readonly #startedAt = Date.now();
  #sequence = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Answers a query or throws an AhnlichError and changes nothing. What it returns is not yet the caller's. */
  ask(query: Query): unknown {
    demand(isPlain(query) && typeof query.kind === "string", "no query");
    if (!Object.hasOwn(fieldsOf, query.kind)) {
      refuse("UNSUPPORTED", `no kind ${JSON.stringify(query.kind)}`);
    }
    demandFields(query, ["kind", ...fieldsOf[query.kind]], query.kind);
    switch (query.kind) {
      case "ping":
        return null;
      case "info":
        return this.#info();
      case "clients":
        return [];
      case "createStore":
        return this.#createStore(query);
      case "dropStore":
        return this.#dropStore(query);
      case "dropNamespace":
        return this.#dropNamespace(query);
      case "listStores":
        return this.#listStores(query);
      case "storeInfo":
        return this.#storeInfo(this.#storeOf(query.store));
      case "set":
        return this.#set(query);
      case "get":
        return this.#get(query);
      case "find":
        return this.#find(query);
      case "count":
        return this.#matching(query.store, query.where).length;
      case "delete":
        return this.#delete(query);
      case "search":
        return this.#search(query);
      case "searchMany":
        demand(Array.isArray(query.targets), "targets is a list");
        within(this.#limits, "entriesPerWrite", query.targets.length);
        this.#storeOf(query.store);
        return query.targets.map((target) => {
          const { targets: _, kind: __, ...rest } = query;
          demand(Array.isArray(target) || target instanceof Float32Array, "targets are vectors");
          return this.#search({ ...rest, target });
        });
      case "pipeline":
        return this.#pipeline(query);
      case "verify":
        return { entries: this.#info().entries, problems: [] };
      case "shutdown":
        return refuse("FORBIDDEN", "a naive engine is not shut down by queries");
    }
  }

  // ------------------------------------------------------------------ stores

  #createStore({ store: name, dimension, metric = "cosine", ifNotExists }: Ask<"createStore">) {
    demandStoreName(name);
    demandBoolean(ifNotExists, "ifNotExists");
    demand(Number.isSafeInteger(dimension) && dimension >= 1, "dimension is an integer from 1");
    within(this.#limits, "dimension", dimension);
    demandMetric(metric);
    const there = this.#stores.get(name);
    if (there !== undefined) {
      const agrees = there.dimension === dimension && there.metric === metric;
      if (ifNotExists === true && agrees) return false;
      refuse("STORE_EXISTS", `${name} exists`);
    }
    within(this.#limits, "stores", this.#stores.size + 1);
    const sequence = ++this.#sequence;
    this.#stores.set(name, { name, dimension, metric, entries: new Map(), sequence });
    return true;
  }

  #dropStore({ store: name, ifExists }: Ask<"dropStore">): boolean {
    demandStoreName(name);
    demandBoolean(ifExists, "ifExists");
    if (ifExists !== true) this.#storeOf(name);
    this.#sequence++;
    return this.#stores.delete(name);
  }

  #dropNamespace({ namespace }: Ask<"dropNamespace">): number {
    demandNamespace(namespace);
    const names = [...this.#stores.keys()].filter((name) => name.startsWith(`${namespace}/`));
    for (const name of names) this.#stores.delete(name);
    this.#sequence++;
    return names.length;
  }

  #listStores({ namespace }: Ask<"listStores">): StoreInfo[] {
    if (namespace !== undefined) demandNamespace(namespace);
    return [...this.#stores.values()]
      .filter(({ name }) => namespace === undefined || name.startsWith(`${namespace}/`))
      .sort((a, b) => byId({ id: a.name }, { id: b.name }))
      .map((store) => this.#storeInfo(store));
  }

  #storeInfo({ name, dimension, metric, entries, sequence }: NaiveStore): StoreInfo {
    const bytes = { memory: entries.size * dimension * 4, disk: 0 };
    return { name, dimension, metric, entries: entries.size, bytes, position: String(sequence) };
  }

  #info(): EngineInfo {
    const stores = [...this.#stores.values()];
    return {
      version: "0.0.0",
      protocol: "0.0",
      startedAt: this.#startedAt,
      stores: stores.length,
      entries: stores.reduce((sum, { entries }) => sum + entries.size, 0),
      threads: 0,
      bytes: { memory: this.#memory(), disk: 0 },
      limits: this.#limits,
      position: String(this.#sequence),
    };
  }

  #memory(): number {
    const stores = [...this.#stores.values()];
    return stores.reduce((sum, store) => sum + this.#storeInfo(store).bytes.memory, 0);
  }

  #storeOf(name: unknown): NaiveStore {
    demandStoreName(name);
    return this.#stores.get(name) ?? refuse("STORE_NOT_FOUND", `no store ${name}`);
  }

  // ------------------------------------------------------------------ entries

  #set({ store: name, entries: inputs, mode = "upsert" }: Ask<"set">): SetResponse {
    const store = this.#storeOf(name);
    demand(Array.isArray(inputs), "entries is a list");
    demand(["upsert", "insert", "replace"].includes(mode), "mode is upsert, insert or replace");
    within(this.#limits, "entriesPerWrite", inputs.length);
    let bytes = 0;
    const entries = inputs.map((input) => {
      const { ifVersion, ...rest } = this.#checkedEntry(store, input);
      const metadata = JSON.stringify(rest.metadata).length;
      bytes += rest.vector.byteLength + Buffer.byteLength(rest.id) + metadata;
      return { ...rest, ifVersion };
    });
    within(this.#limits, "bytesPerWrite", bytes);
    if (entries.length === 0) return { inserted: 0, updated: 0, version: 0 };

    const version = this.#sequence + 1;
    const next = new Map(store.entries);
    for (const { id, vector, metadata, ifVersion } of entries) {
      const there = (mode === "insert" ? next : store.entries).get(id);
      if (mode === "insert" && there) refuse("ENTRY_EXISTS", `${id} is there`);
      if (mode === "replace" && !there) refuse("ENTRY_NOT_FOUND", `${id} is not there`);
      if (ifVersion !== undefined && ifVersion !== (store.entries.get(id)?.version ?? 0)) {
        refuse("VERSION_CONFLICT", `${id} has another version`);
      }
      next.set(id, { id, vector, metadata, version });
    }
    const inserted = next.size - store.entries.size;
    within(this.#limits, "memoryBytes", this.#memory() + inserted * store.dimension * 4);
    store.entries = next;
    store.sequence = version;
    this.#sequence = version;
    const written = new Set(entries.map(({ id }) => id)).size;
    return { inserted, updated: written - inserted, version };
  }

  #checkedEntry({ dimension }: NaiveStore, input: unknown) {
    demandFields(input, ["id", "vector", "metadata", "ifVersion"], "entry");
    const entry = input as { [name: string]: unknown };
    const vector = checkedVector(entry.vector, dimension);
    const id = entry.id === undefined ? contentId(vector) : checkedId(this.#limits, entry.id);
    const { ifVersion } = entry;
    demand(
      ifVersion === undefined || (Number.isSafeInteger(ifVersion) && (ifVersion as number) >= 0),
      "ifVersion is an integer from 0",
    );
    return { id, vector, metadata: checkedMetadata(this.#limits, entry.metadata), ifVersion };
  }

  #get({ store: name, keys, include }: Ask<"get">): (Entry | undefined)[] {
    const store = this.#storeOf(name);
    demandInclude(include);
    demand(Array.isArray(keys), "keys is a list");
    within(this.#limits, "limit", keys.length);
    const entries = keys.map((key) => store.entries.get(this.#idOfKey(key)));
    return entries.map((entry) => entry && entryOf(entry, include));
  }

  #find({ store: name, where, limit, cursor, include }: Ask<"find">): Page<Entry> {
    const store = this.#storeOf(name);
    demandInclude(include);
    const count = checkedCount(this.#limits, limit, 100);
    const after = cursor === undefined ? undefined : readCursor(cursor, store.name);
    const rest = this.#matching(name, where).filter(
      ({ id }) => after === undefined || byId({ id }, { id: after }) > 0,
    );
    const page = rest.slice(0, count);
    const entries = page.map((entry) => entryOf(entry, include));
    if (rest.length <= count) return { entries };
    return { entries, cursor: makeCursor(store.name, page[count - 1].id) };
  }

  /** In the order of their ids. */
  #matching(name: string, where: Where | undefined): NaiveEntry[] {
    const store = this.#storeOf(name);
    if (where !== undefined) checkWhere(this.#limits, where);
    return [...store.entries.values()]
      .filter(({ metadata }) => where === undefined || holds(where, metadata))
      .sort(byId);
  }

  #delete({ store: name, target }: Ask<"delete">): number {
    const store = this.#storeOf(name);
    const before = store.entries.size;
    for (const id of this.#idsOfTarget(store, target)) store.entries.delete(id);
    const deleted = before - store.entries.size;
    if (deleted > 0) store.sequence = ++this.#sequence;
    return deleted;
  }

  #idsOfTarget(store: NaiveStore, target: Ask<"delete">["target"]): string[] {
    if (typeof target === "string") return [this.#idOfKey(target)];
    if (Array.isArray(target)) return target.map((key) => this.#idOfKey(key));
    demand(isPlain(target), "a target is an id, keys, where or all");
    if ("all" in target) {
      demandFields(target, ["all"], "target");
      demand(target.all === true, "all is true");
      return [...store.entries.keys()];
    }
    demandFields(target, ["where"], "target");
    const { where } = target as { where: Where };
    demand(where !== undefined, "where is a predicate");
    const ids = this.#matching(store.name, where).map(({ id }) => id);
    demand(constantOf(where) !== true, "to delete all, say all");
    return ids;
  }

  #idOfKey(key: unknown): string {
    return typeof key === "string" ? checkedId(this.#limits, key) : contentId(checkedVector(key));
  }

  // ------------------------------------------------------------------ search

  #search(ask: Ask<"search">): Match[] {
    const store = this.#storeOf(ask.store);
    const { metric = store.metric, recall = 0.95, maxDistance = Number.POSITIVE_INFINITY } = ask;
    const limit = checkedCount(this.#limits, ask.limit, 10);
    demandInclude(ask.include);
    demandMetric(metric);
    demand(typeof recall === "number" && recall > 0 && recall <= 1, "recall is above 0, to 1");
    demand(typeof maxDistance === "number" && !Number.isNaN(maxDistance), "maxDistance");
    const { vector, without } = this.#targetOf(store, ask.target);
    const candidates = this.#matching(ask.store, ask.where).filter(({ id }) => !without.has(id));
    return naivelyNearest(candidates, vector, metric)
      .filter(({ distance }) => distance <= maxDistance)
      .slice(0, limit)
      .map(({ id, distance }) => {
        const entry = store.entries.get(id) as NaiveEntry;
        const { metadata = true, vector = false } = ask.include ?? {};
        return {
          id,
          distance,
          ...(metadata && { metadata: entry.metadata }),
          ...(vector && { vector: entry.vector }),
        } as Match;
      });
  }

  /** The vector searched for, and the ids that are not among the matches. */
  #targetOf(store: NaiveStore, target: Ask<"search">["target"]) {
    if (!isPlain(target)) {
      return { vector: checkedVector(target, store.dimension), without: new Set<string>() };
    }
    demandFields(target, ["near", "awayFrom"], "target");
    const { near, awayFrom = [] } = target as unknown as Examples;
    demand(Array.isArray(near) && near.length > 0, "near is a list of at least one key");
    demand(Array.isArray(awayFrom), "awayFrom is a list of keys");
    const vectorOf = (key: unknown) => {
      if (typeof key !== "string") return checkedVector(key, store.dimension);
      const entry = store.entries.get(checkedId(this.#limits, key));
      return entry?.vector ?? refuse("ENTRY_NOT_FOUND", `no entry ${key}`);
    };
    const towards = meanOf(near.map(vectorOf));
    const away = awayFrom.length === 0 ? towards : meanOf(awayFrom.map(vectorOf));
    const ids = [...near, ...awayFrom].filter((key) => typeof key === "string");
    const vector = checkedVector(towards.map((element, i) => element + (element - away[i])));
    return { vector, without: new Set(ids) };
  }

  #pipeline({ queries }: Ask<"pipeline">): Outcome<unknown>[] {
    demand(Array.isArray(queries), "queries is a list");
    within(this.#limits, "queriesPerPipeline", queries.length);
    return queries.map((query) => {
      try {
        demand(query?.kind !== "pipeline", "a pipeline holds no pipelines");
        return { ok: true, response: this.ask(query) };
      } catch (error) {
        return { ok: false, error: toAhnlichError(error) };
      }
    });
  }
}

/** The first 16 bytes of the SHA-256 of the little-endian float32 bytes, -0 as +0, in hexadecimal. */
export function contentId(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [i, element] of vector.entries()) bytes.writeFloatLE(element + 0, i * 4);
  return createHash("sha256").update(bytes).digest("hex").slice(0, 32);
}

function entryOf({ id, version, metadata, vector }: NaiveEntry, include: Include = {}): Entry {
  return {
    id,
    version,
    ...((include.metadata ?? true) && { metadata }),
    ...((include.vector ?? true) && { vector }),
  } as Entry;
}

function meanOf(vectors: Float32Array[]): number[] {
  const [first] = vectors;
  return [...first].map((_, i) => {
    return vectors.reduce((sum, vector) => sum + vector[i], 0) / vectors.length;
  });
}

function makeCursor(store: string, id: string): string {
  return Buffer.from(JSON.stringify([store, id])).toString("base64url");
}

function readCursor(cursor: unknown, store: string): string {
  demand(typeof cursor === "string", "a cursor is text");
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    refuse("INVALID_ARGUMENT", "no cursor of ours");
  }
  demand(Array.isArray(read) && read[0] === store, "no cursor of this store");
  return read[1];
}
