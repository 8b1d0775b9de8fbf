import type { ClientInfo, EngineInfo, Outcome, Plan, StoreInfo } from "../model/answers.js";
import type { Metadata, Storable } from "../model/metadata.js";
import type { CallOptions, StoreChange, StoreOptions } from "../model/options.js";
import type { ExplainedQuery, Query, ResponseTo, WriteQuery } from "../model/query.js";
import type { Store } from "./store.js";

/** An engine, the same in every reach: in this process, over any transport, over a pool. */
export interface Engine extends AsyncDisposable {
  /** Makes a store. @throws STORE_EXISTS unless `ifNotExists` is given and dimension and metric agree. */
  createStore<M extends Storable<M> = Metadata>(
    name: string,
    options: StoreOptions<NoInfer<M>> & CallOptions,
  ): Promise<Store<M>>;
  /** A handle; no I/O, and no check that the store is there. */
  store<M extends Storable<M> = Metadata>(name: string): Store<M>;
  /** Changes what is given of the store, for what is written from now on. @throws STORE_NOT_FOUND */
  alterStore(name: string, change: StoreChange, options?: CallOptions): Promise<void>;
  /**
   * Gives the store another name of its namespace, with all it has, in one step: no reader sees both names or none.
   * A store that has that name is dropped where `replace` is given. Cursors and positions of the store stay good;
   * handles go by name.
   *
   * @throws STORE_NOT_FOUND, STORE_EXISTS
   */
  renameStore(
    name: string,
    to: string,
    options?: { replace?: boolean | undefined } & CallOptions,
  ): Promise<void>;
  /** Whether there was one. @throws STORE_NOT_FOUND unless `ifExists` is given. */
  dropStore(
    name: string,
    options?: { ifExists?: boolean | undefined } & CallOptions,
  ): Promise<boolean>;
  /** Drops every store of the namespace at once; how many there were. */
  dropNamespace(namespace: string, options?: CallOptions): Promise<number>;
  /** All stores, or those of one namespace, ordered by name. */
  listStores(options?: { namespace?: string | undefined } & CallOptions): Promise<StoreInfo[]>;
  info(options?: CallOptions): Promise<EngineInfo>;
  /** Everyone connected to the engine, through whichever listener. */
  clients(options?: CallOptions): Promise<ClientInfo[]>;
  /** Milliseconds there and back. */
  ping(options?: CallOptions): Promise<number>;
  /**
   * Carries a search, a page or a count out and, instead of its answer, says how, how much was looked at and how long
   * it took.
   */
  explain(query: ExplainedQuery, options?: CallOptions): Promise<Plan>;
  execute<const Q extends Query>(query: Q, options?: CallOptions): Promise<ResponseTo<Q>>;
  /** The queries in order, each seeing the ones before; one that fails does not stop the rest. */
  pipeline<const Qs extends readonly Query[]>(
    queries: Qs,
    options?: CallOptions,
  ): Promise<{ -readonly [I in keyof Qs]: Outcome<ResponseTo<Qs[I]>> }>;
  /**
   * All of the writes or none, over stores of one namespace: durable together and seen together, each seeing the ones
   * before. Not interactive: what it rests on is guarded with `ifVersion`. Where one is refused, `details.index` says
   * which. The answers are in the order of the writes.
   */
  transaction<const Qs extends readonly WriteQuery[]>(
    writes: Qs,
    options?: CallOptions,
  ): Promise<{ -readonly [I in keyof Qs]: ResponseTo<Qs[I]> }>;
  /** Finishes what is in flight, for at most `timeoutMs` (10,000); idempotent. Calls made after it are CLOSED. */
  close(options?: { timeoutMs?: number | undefined }): Promise<void>;
  /** Settles when the engine is closed, with the reason where there was one; never rejects. */
  readonly closed: Promise<Error | undefined>;
}
