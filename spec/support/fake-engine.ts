import type { Attachment, EmbeddedEngine } from "../../lib/handles/embedded-engine.js";
import { EngineHandle } from "../../lib/handles/engine-handle.js";
import type { Executor } from "../../lib/handles/executor.js";
import type { Outcome, Verification } from "../../lib/model/answers.js";
import { AhnlichError, closedError, toAhnlichError } from "../../lib/model/errors.js";
import type { CallOptions } from "../../lib/model/options.js";
import type { Query } from "../../lib/model/query.js";

/** A query that waits until the spec answers it, or until its signal is aborted. */
export interface HeldQuery {
  readonly query: Query;
  readonly options: CallOptions | undefined;
  readonly aborted: boolean;
  answer(value: unknown): void;
  fail(error: unknown): void;
}

/**
 * A small engine for the specs of client and server: entries of one store in a Map, a few kinds, and
 * `search`, which is held until the spec answers it.
 */
export class FakeEngine extends EngineHandle implements EmbeddedEngine {
  readonly executor: FakeExecutor;

  constructor() {
    const executor = new FakeExecutor();
    super(executor);
    this.executor = executor;
  }

  attach(attachment: Attachment): Disposable {
    this.executor.checkOpen();
    this.executor.attachments.add(attachment);
    return { [Symbol.dispose]: () => this.executor.attachments.delete(attachment) };
  }

  /** Tells where it would have been. */
  async backup(folder: string): Promise<{ bytes: number }> {
    return { bytes: folder.length };
  }

  async compact(): Promise<{ bytes: number }> {
    return { bytes: 0 };
  }

  async verify(): Promise<Verification> {
    return { entries: this.executor.entries.size, problems: [] };
  }

  /** The held queries once there are so many. */
  held(count: number): Promise<HeldQuery[]> {
    return this.executor.held(count);
  }
}

export class FakeExecutor implements Executor {
  readonly closed: Promise<Error | undefined>;
  readonly attachments = new Set<Attachment>();
  readonly queries: Query[] = [];
  readonly options: (CallOptions | undefined)[] = [];
  readonly entries = new Map<string, object>();
  /** The kinds whose queries wait for the spec. */
  readonly holding = new Set<string>(["search"]);
  readonly #held: HeldQuery[] = [];
  #watchers: (() => void)[] = [];
  #open = true;
  #settle: () => void = () => {};

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#settle = () => resolve(undefined);
    });
  }

  async execute(query: Query, options?: CallOptions): Promise<unknown> {
    this.checkOpen();
    this.queries.push(query);
    this.options.push(options);
    const answer = this.holding.has(query.kind)
      ? this.#hold(query, options)
      : this.#answer(query, options);
    for (const watcher of this.#watchers.splice(0)) watcher();
    return answer;
  }

  async close(options?: { timeoutMs?: number | undefined }): Promise<void> {
    await Promise.all(Array.from(this.attachments, (each) => each.close(options)));
    this.#open = false;
    this.#settle();
  }

  checkOpen(): void {
    if (!this.#open) throw closedError();
  }

  async held(count: number): Promise<HeldQuery[]> {
    await this.until(() => this.#held.length >= count);
    return this.#held;
  }

  /** When it is so, looked at whenever a query comes or its signal is aborted. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  #hold(query: Query, options: CallOptions | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      let aborted = false;
      options?.signal?.addEventListener("abort", () => {
        aborted = true;
        reject(new AhnlichError("ABORTED", "the engine saw the signal"));
        for (const watcher of this.#watchers.splice(0)) watcher();
      });
      const held: HeldQuery = {
        query,
        options,
        get aborted() {
          return aborted;
        },
        answer: resolve,
        fail: reject,
      };
      this.#held.push(held);
    });
  }

  async #answer(query: Query, options: CallOptions | undefined): Promise<unknown> {
    switch (query.kind) {
      case "ping":
        return null;
      case "clients":
        return Array.from(this.attachments, (each) => each.clients()).flat();
      case "set":
        for (const entry of query.entries) {
          if (entry.id === "bad") throw new AhnlichError("ENTRY_EXISTS", "no entry is called bad");
          const { id = "", metadata = {}, vector } = entry;
          this.entries.set(id, { id, version: 1, metadata, vector: Float32Array.from(vector) });
        }
        return { inserted: query.entries.length, updated: 0, version: this.entries.size };
      case "get":
        return query.keys.map((key) => this.entries.get(String(key)));
      case "count":
        return this.entries.size;
      case "delete":
        return this.entries.delete(String(query.target)) ? 1 : 0;
      case "find":
        return { entries: [...this.entries.values()] };
      case "pipeline": {
        const outcomes: Outcome<unknown>[] = [];
        for (const each of query.queries) {
          outcomes.push(
            await this.execute(each, options).then(
              (response) => ({ ok: true, response }) as const,
              (error) => ({ ok: false, error: toAhnlichError(error) }) as const,
            ),
          );
        }
        return outcomes;
      }
      default:
        throw new AhnlichError("INVALID_ARGUMENT", `kind: ${String(query.kind)} is none`);
    }
  }
}
