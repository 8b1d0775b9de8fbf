import { setTimeout } from "node:timers/promises";
import { AhnlichError, closedError, toAhnlichError } from "../model/errors.js";
import type { StoredStore } from "../rows/store-rows.js";
import { isUsable, type StoredIndex } from "../rows/stored-index.js";
import { indexOf } from "./apply-indexes.js";
import { type Call, unlimited } from "./call.js";
import type { Logger } from "./ports.js";
import type { Publication } from "./publication.js";
import type { Writer } from "./writer.js";

/**
 * Builds indexes that were made of stores with entries, and erases dropped ones: one small step at a time between other
 * writes. A restart goes on where it was. What may pass, such as a full disk, is waited for.
 */
export class IndexKeeper {
  readonly #writer: Writer;
  readonly #publication: Publication;
  readonly #log: Logger;
  /** The names of stores that have work to be done. */
  readonly #waiting: Set<string> = new Set();
  readonly #stopping = new AbortController();
  #isWorking = false;
  /** Why nothing more can be built. */
  #failure: AhnlichError | undefined;

  constructor(parts: { writer: Writer; publication: Publication; log: Logger }) {
    this.#writer = parts.writer;
    this.#publication = parts.publication;
    this.#log = parts.log;
  }

  /** These stores are new, or not what they were. Never throws. */
  look(names: Iterable<string>): void {
    for (const name of names) {
      const store = this.#find(name);
      if (store !== undefined && workOf(store) !== undefined) this.#waiting.add(name);
    }
    if (this.#isWorking || this.#waiting.size === 0 || this.#stopping.signal.aborted) return;
    this.#isWorking = true;
    void this.#work();
  }

  stop(): void {
    this.#stopping.abort();
  }

  /**
   * Settles when the index of the field, which was just made or found, is built.
   *
   * @throws OUTCOME_UNKNOWN where the call is given up: the index goes on being built
   * @throws STORE_NOT_FOUND, INDEX_NOT_FOUND where it is gone meanwhile; CLOSED; why it cannot be built
   */
  async whenUsable(
    { store: name, field }: { store: string; field: string },
    call: Call,
  ): Promise<void> {
    for (;;) {
      const store = this.#publication.views.current.catalog.get(name);
      const index = indexOf(store, field);
      if (index === undefined) throw gone(store, field);
      if (isUsable(index)) return;
      if (this.#publication.waiters.isClosed) throw closedError();
      if (this.#failure !== undefined) throw this.#failure;
      await this.#publication.waiters.wait(store, lookMs, call).catch((cause: unknown) => {
        throw leftAlone(field, cause);
      });
    }
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted && this.#failure === undefined) {
      const [name] = this.#waiting;
      if (name === undefined) break;
      try {
        if (!(await this.#step(name))) this.#waiting.delete(name);
      } catch (thrown) {
        if (signal.aborted) break;
        const error = toAhnlichError(thrown);
        this.#log.warn({ store: name, error }, "an index is not built yet");
        if (!error.retryable) this.#failure = error;
        else await setTimeout(pauseMs, undefined, { ref: false, signal }).catch(() => {});
      }
    }
    this.#isWorking = false;
  }

  /** Whether there was something to be done. */
  async #step(name: string): Promise<boolean> {
    const store = this.#find(name);
    const index = store && workOf(store);
    if (store === undefined || index === undefined) return false;
    const { incarnation } = store;
    const kind = index.isDropped ? "eraseIndex" : "buildIndex";
    const write = {
      kind,
      store: name,
      incarnation,
      index: index.number,
      rows: rowsPerStep,
    } as const;
    await this.#writer.submit(write, unlimited);
    return true;
  }

  #find(name: string): StoredStore | undefined {
    return this.#publication.views.current.catalog.find(name);
  }
}

function workOf({ indexes }: StoredStore): StoredIndex | undefined {
  return indexes.find((index) => !isUsable(index));
}

function gone({ name }: StoredStore, field: string): AhnlichError {
  const sentence = `the index of ${JSON.stringify(field)} of store ${name} was dropped meanwhile`;
  return new AhnlichError("INDEX_NOT_FOUND", sentence, { details: { store: name, field } });
}

function leftAlone(field: string, cause: unknown): AhnlichError {
  const sentence = `nobody waits for the index of ${JSON.stringify(field)} any more; it goes on being built`;
  return new AhnlichError("OUTCOME_UNKNOWN", sentence, { cause });
}

/** As many as a transaction of writes takes: some tens of milliseconds of work, in slices. */
const rowsPerStep = 3_000;
const pauseMs = 1_000;
/** So often somebody who waits looks whether it can still be built. */
const lookMs = 1_000;
