import type { ClientInfo, EngineInfo, Outcome, Plan, StoreInfo } from "../model/answers.js";
import { checkTimeout } from "../model/check-call-options.js";
import type { Metadata, Storable } from "../model/metadata.js";
import type { CallOptions, StoreChange, StoreOptions } from "../model/options.js";
import {
  type ExplainedQuery,
  type Query,
  query,
  type ResponseTo,
  type WriteQuery,
} from "../model/query.js";
import { call, checkCallOptions, checkObject, unknownOption } from "./call.js";
import type { Engine } from "./engine.js";
import type { Executor } from "./executor.js";
import type { Store } from "./store.js";
import { StoreHandle } from "./store-handle.js";

/** The Engine interface over an executor: every method makes a query and executes it. */
export class EngineHandle implements Engine {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  createStore<M extends Storable<M> = Metadata>(
    name: string,
    options: StoreOptions<NoInfer<M>> & CallOptions,
  ): Promise<Store<M>> {
    const created = call(this.#executor, "createStore", { store: name }, options);
    return created.then(() => this.store<M>(name));
  }

  store<M extends Storable<M> = Metadata>(name: string): Store<M> {
    return new StoreHandle<M>(this.#executor, name);
  }

  alterStore(name: string, change: StoreChange, options?: CallOptions): Promise<void> {
    const fields = { ...change, store: name };
    return call(this.#executor, "alterStore", fields, options).then(nothing);
  }

  renameStore(
    name: string,
    to: string,
    options?: { replace?: boolean | undefined } & CallOptions,
  ): Promise<void> {
    return call(this.#executor, "renameStore", { store: name, to }, options).then(nothing);
  }

  dropStore(
    name: string,
    options?: { ifExists?: boolean | undefined } & CallOptions,
  ): Promise<boolean> {
    return call(this.#executor, "dropStore", { store: name }, options);
  }

  dropNamespace(namespace: string, options?: CallOptions): Promise<number> {
    return call(this.#executor, "dropNamespace", { namespace }, options);
  }

  listStores(options?: { namespace?: string | undefined } & CallOptions): Promise<StoreInfo[]> {
    return call(this.#executor, "listStores", {}, options);
  }

  info(options?: CallOptions): Promise<EngineInfo> {
    return call(this.#executor, "info", {}, options);
  }

  clients(options?: CallOptions): Promise<ClientInfo[]> {
    return call(this.#executor, "clients", {}, options);
  }

  ping(options?: CallOptions): Promise<number> {
    const started = performance.now();
    const answered =
      options === undefined ? this.execute(bare) : call(this.#executor, "ping", {}, options);
    return answered.then(() => performance.now() - started);
  }

  explain(query: ExplainedQuery, options?: CallOptions): Promise<Plan> {
    return call(this.#executor, "explain", { query }, options);
  }

  execute<const Q extends Query>(query: Q, options?: CallOptions): Promise<ResponseTo<Q>> {
    try {
      const checked = checkCallOptions(options);
      return this.#executor.execute(query, checked) as Promise<ResponseTo<Q>>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  pipeline<const Qs extends readonly Query[]>(
    queries: Qs,
    options?: CallOptions,
  ): Promise<{ -readonly [I in keyof Qs]: Outcome<ResponseTo<Qs[I]>> }> {
    return call(this.#executor, "pipeline", { queries }, options) as Promise<never>;
  }

  transaction<const Qs extends readonly WriteQuery[]>(
    writes: Qs,
    options?: CallOptions,
  ): Promise<{ -readonly [I in keyof Qs]: ResponseTo<Qs[I]> }> {
    return call(this.#executor, "transaction", { writes }, options) as Promise<never>;
  }

  close(options: { timeoutMs?: number | undefined } = {}): Promise<void> {
    try {
      return this.#executor.close(checkCloseOptions(options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  get closed(): Promise<Error | undefined> {
    return this.#executor.closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function nothing(): void {}

const bare = query.ping({});

/** @throws INVALID_ARGUMENT unless it holds at most `timeoutMs`, 0 or more. */
export function checkCloseOptions(options: unknown): { timeoutMs?: number } {
  checkObject(options);
  for (const name of Object.keys(options)) {
    if (name !== "timeoutMs" && options[name] !== undefined) throw unknownOption(name);
  }
  return options.timeoutMs === undefined ? {} : { timeoutMs: checkTimeout(options.timeoutMs, 0) };
}
