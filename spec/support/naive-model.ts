import { randomUUID } from "node:crypto";
import type { Clock } from "../../lib/engine/ports.js";
import type { Changes, EngineInfo, SetResponse, StoreInfo } from "../../lib/model/answers.js";
import type { Entry, Match } from "../../lib/model/entry.js";
import type { Limits } from "../../lib/model/limits.js";
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
  demandTtl,
  demandVersion,
  fieldsOf,
  isPlain,
  refuse,
  refuseBackup,
  within,
} from "./naive-checks.js";
import {
  contentId,
  demandVersions,
  entryOf,
  expiryOf,
  idOfKey,
  type NaiveEntry,
} from "./naive-entries.js";
import { facetsAsked } from "./naive-facets.js";
import { createIndexNaively, demandIndexes, dropIndexNaively } from "./naive-field-indexes.js";
import { findNaively } from "./naive-find.js";
import { NaiveLog, positionOf } from "./naive-log.js";
import { checkedPatch, patchedEntries } from "./naive-patch.js";
import { naivePipeline } from "./naive-pipeline.js";
import { naivePlan } from "./naive-plan.js";
import { constantOf, holds } from "./naive-predicate.js";
import { naiveRecall } from "./naive-recall.js";
import { byId } from "./naive-search.js";
import { naivelySearch } from "./naive-search-query.js";
import {
  alterNaively,
  expireNaively,
  infoOf,
  type NaiveStore,
  placeOf,
  renameNaively,
} from "./naive-stores.js";
import { naiveTransaction, remember } from "./naive-transaction.js";

type Ask<K extends keyof Kinds> = Kinds[K]["ask"];

/** The whole semantics as Maps and loops: slow, complete, and written to be read. */
export class NaiveModel {
  readonly #stores = new Map<string, NaiveStore>();
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #startedAt = Date.now();
  readonly #name = randomUUID();
  #sequence = 0;

  constructor(limits: Limits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Answers a query or throws an AhnlichError and changes nothing. What it returns is not yet the caller's. */
  ask(query: Query): unknown {
    demand(isPlain(query) && typeof query.kind === "string", "no query");
    if (!Object.hasOwn(fieldsOf, query.kind)) {
      refuse("UNSUPPORTED", `no kind ${JSON.stringify(query.kind)}`);
    }
    demandFields(query, ["kind", ...fieldsOf[query.kind]], query.kind);
    expireNaively(this.#stores.values(), this.#clock.now(), () => ++this.#sequence);
    switch (query.kind) {
      case "ping":
        return null;
      case "info":
        return this.#info();
      case "clients":
        return [];
      case "createStore":
        return this.#createStore(query);
      case "alterStore":
        this.#sequence++;
        return alterNaively(this.#stores, query);
      case "createIndex":
        return createIndexNaively(this.#limits, this.#storeOf(query.store), query.field);
      case "dropIndex":
        return dropIndexNaively(this.#limits, this.#storeOf(query.store), query);
      case "renameStore":
        return renameNaively(this.#stores, query, ++this.#sequence);
      case "dropStore":
        return this.#dropStore(query);
      case "dropNamespace":
        return this.#dropNamespace(query);
      case "listStores":
        return this.#listStores(query);
      case "storeInfo":
        return infoOf(this.#storeOf(query.store));
      case "set":
        return this.#set(query);
      case "get":
        return this.#get(query);
      case "find":
        return findNaively(this.#limits, this.#storeOf(query.store), query, () =>
          this.#matching(query.store, query.where),
        );
      case "count":
        return this.#matching(query.store, query.where).length;
      case "facets":
        return facetsAsked(this.#limits, query, this.#matching(query.store, query.where));
      case "update":
        return this.#update(query);
      case "delete":
        return this.#delete(query);
      case "search":
        return this.#search(query);
      case "searchMany":
        demand(Array.isArray(query.targets), "targets is a list");
        within(this.#limits, "entriesPerWrite", query.targets.length);
        this.#storeOf(query.store);
        return query.targets.map((target) => {
          demand(Array.isArray(target) || target instanceof Float32Array, "targets are vectors");
          return this.#search({ ...query, target });
        });
      case "changes":
        return this.#changes(query);
      case "measureRecall":
        return naiveRecall(
          this.#limits,
          query,
          this.#matching(query.store, undefined),
          this.#matching(query.store, query.where),
        );
      case "explain":
        return naivePlan(
          query.query,
          (asked) => this.ask(asked),
          (name) => this.#storeOf(name),
        );
      case "pipeline":
        return naivePipeline(this.#limits, query.queries, (member) => this.ask(member));
      case "transaction":
        return this.#transaction(query);
      case "verify":
        return { entries: this.#info().entries, problems: [] };
      case "compact":
        return { bytes: 0 };
      case "backup":
        return refuseBackup(query.name);
      case "shutdown":
        return refuse("FORBIDDEN", "a naive engine is not shut down by queries");
    }
  }

  // ------------------------------------------------------------------ stores

  #createStore(ask: Ask<"createStore">) {
    const { store: name, dimension, metric = "cosine", ttlMs, indexes = [], ifNotExists } = ask;
    demandStoreName(name);
    const vectors = placeOf(ask);
    demandIndexes(this.#limits, indexes);
    if (ttlMs !== undefined) demandTtl(ttlMs);
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
    const log = new NaiveLog(this.#name, sequence);
    this.#stores.set(name, {
      name,
      dimension,
      metric,
      ttlMs,
      vectors,
      entries: new Map(),
      indexes: new Set(indexes),
      log,
      sequence,
      created: sequence,
    });
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
      .map(infoOf);
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
      position: positionOf(this.#name, 0, this.#sequence),
    };
  }

  #memory(): number {
    const stores = [...this.#stores.values()];
    return stores.reduce((sum, store) => sum + infoOf(store).bytes.memory, 0);
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
    for (const { id, vector, metadata, expiresAt, ifVersion } of entries) {
      const there = (mode === "insert" ? next : store.entries).get(id);
      if (mode === "insert" && there) refuse("ENTRY_EXISTS", `${id} is there`);
      if (mode === "replace" && !there) refuse("ENTRY_NOT_FOUND", `${id} is not there`);
      if (ifVersion !== undefined && ifVersion !== (store.entries.get(id)?.version ?? 0)) {
        refuse("VERSION_CONFLICT", `${id} has another version`);
      }
      next.set(id, { id, vector, metadata, version, expiresAt });
    }
    const inserted = next.size - store.entries.size;
    within(this.#limits, "memoryBytes", this.#memory() + inserted * store.dimension * 4);
    store.entries = next;
    store.sequence = ++this.#sequence;
    const written = new Set(entries.map(({ id }) => id));
    store.log.add(version, "set", written);
    return { inserted, updated: written.size - inserted, version };
  }

  #checkedEntry({ dimension, ttlMs: standard }: NaiveStore, input: unknown) {
    demandFields(input, ["id", "vector", "metadata", "ttlMs", "ifVersion"], "entry");
    const entry = input as { [name: string]: unknown };
    const vector = checkedVector(entry.vector, dimension);
    const id = entry.id === undefined ? contentId(vector) : checkedId(this.#limits, entry.id);
    const { ttlMs = standard, ifVersion } = entry;
    demandVersion(ifVersion);
    const expiresAt = expiryOf(this.#clock.now(), ttlMs);
    const metadata = checkedMetadata(this.#limits, entry.metadata);
    return { id, vector, metadata, expiresAt, ifVersion };
  }

  #get({ store: name, keys, include }: Ask<"get">): (Entry | undefined)[] {
    const store = this.#storeOf(name);
    demandInclude(include);
    demand(Array.isArray(keys), "keys is a list");
    within(this.#limits, "limit", keys.length);
    const entries = keys.map((key) => store.entries.get(idOfKey(this.#limits, key)));
    return entries.map((entry) => entry && entryOf(entry, include));
  }

  /** In the order of their ids. */
  #matching(name: string, where: Where | undefined): NaiveEntry[] {
    const store = this.#storeOf(name);
    if (where !== undefined) checkWhere(this.#limits, where);
    return [...store.entries.values()]
      .filter(({ metadata }) => where === undefined || holds(where, metadata))
      .sort(byId);
  }

  #delete({ store: name, target, ifVersion }: Ask<"delete">): number {
    const store = this.#storeOf(name);
    const ids = this.#idsOfTarget(store, target);
    demandVersions(store, target, ids, ifVersion);
    const deleted = ids.filter((id) => store.entries.delete(id));
    if (deleted.length === 0) return 0;
    store.sequence = ++this.#sequence;
    store.log.add(store.sequence, "delete", deleted);
    return deleted.length;
  }

  #update(ask: Ask<"update">): number {
    const store = this.#storeOf(ask.store);
    const patch = checkedPatch(this.#limits, ask, this.#clock.now());
    const ids = this.#idsOfTarget(store, ask.target);
    demandVersions(store, ask.target, ids, ask.ifVersion);
    const version = this.#sequence + 1;
    const { entries, written, gone } = patchedEntries(this.#limits, store, ids, patch, version);
    if (written.length === 0) return 0;
    store.log.add(version, "delete", gone);
    store.log.add(version, "set", written);
    store.entries = entries;
    store.sequence = ++this.#sequence;
    return written.length;
  }

  #idsOfTarget(store: NaiveStore, target: Ask<"delete">["target"]): string[] {
    if (typeof target === "string") return [idOfKey(this.#limits, target)];
    if (Array.isArray(target)) {
      within(this.#limits, "entriesPerWrite", target.length);
      return target.map((key) => idOfKey(this.#limits, key));
    }
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
    demand(constantOf(where) !== true, "to mean all, say all");
    return ids;
  }

  #changes({ store: name, since, where, limit, waitMs = 0 }: Ask<"changes">): Changes {
    const store = this.#storeOf(name);
    if (where !== undefined) checkWhere(this.#limits, where);
    demand(Number.isSafeInteger(waitMs) && waitMs >= 0 && waitMs <= 60_000, "waitMs");
    return store.log.read({
      since,
      limit: checkedCount(this.#limits, limit, 100),
      reached: this.#sequence,
      entry: (id) => store.entries.get(id),
      holds: (metadata) => where === undefined || holds(where, metadata),
    });
  }

  #search(ask: Ask<"search">): Match[] {
    const store = this.#storeOf(ask.store);
    return naivelySearch(this.#limits, store, this.#matching(ask.store, ask.where), ask);
  }

  #transaction({ writes }: Ask<"transaction">): unknown[] {
    const sequence = this.#sequence;
    const takeBack = remember([...this.#stores.values()]);
    try {
      return naiveTransaction(this.#limits, writes, (write) => this.ask(write));
    } catch (error) {
      this.#sequence = sequence;
      takeBack();
      throw error;
    }
  }
}
