import { setTimeout as pause } from "node:timers/promises";
import { onAbort } from "../model/abort-listeners.js";
import type { Change, Changes } from "../model/answers.js";
import { type ErrorCode, toAhnlichError } from "../model/errors.js";
import { call, callOptionsOf } from "./call.js";
import { copyOptions } from "./copy-options.js";
import type { Executor } from "./executor.js";

/**
 * Every change of a store, by one `changes` query after the other, each when what the one before gave is used up:
 * whoever is slow is not sent more than they take. Queries that fail in passing are asked again, for a minute. The
 * options are copied now; a bad one rejects the first step.
 */
export function watchChanges(
  executor: Executor,
  store: string,
  options: object | undefined,
): AsyncIterableIterator<Change> {
  return new Watch(executor, store, options);
}

/** A generator that can be left while its next step is waited for. */
class Watch implements AsyncIterableIterator<Change> {
  readonly #executor: Executor;
  readonly #store: string;
  readonly #leaving = new AbortController();
  readonly #changes: AsyncGenerator<Change, void, undefined>;
  #isLeft = false;

  constructor(executor: Executor, store: string, options: object | undefined) {
    this.#executor = executor;
    this.#store = store;
    let copied: () => Record<string, unknown>;
    try {
      const copy = copyOptions(options, ["limit", "waitMs"]);
      copied = () => copy;
    } catch (error) {
      copied = () => {
        throw error;
      };
    }
    this.#changes = this.#run(copied);
  }

  next(): Promise<IteratorResult<Change, undefined>> {
    return this.#changes.next() as Promise<IteratorResult<Change, undefined>>;
  }

  /** Ends the iteration now: a step that is waited for is the end of it. */
  return(): Promise<IteratorResult<Change, undefined>> {
    this.#isLeft = true;
    this.#leaving.abort();
    return this.#changes.return() as Promise<IteratorResult<Change, undefined>>;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async *#run(copied: () => Record<string, unknown>): AsyncGenerator<Change, void, undefined> {
    const { signal, timeoutMs, since, ...asked } = copied();
    const given = callOptionsOf({ signal, timeoutMs });
    const leave = () => this.#leaving.abort(given?.signal?.reason);
    const forget = given?.signal && onAbort(given.signal, leave);
    if (given?.signal?.aborted) leave();
    const options = { ...asked, timeoutMs, signal: this.#leaving.signal };
    const waitMs = given?.timeoutMs === undefined ? waitMsMax : given.timeoutMs / 2;
    try {
      let next = since ?? (await this.#ask({}, options)).next;
      for (;;) {
        const fields = { since: next, waitMs: Math.min(waitMsMax, Math.ceil(waitMs)) };
        const answer = await this.#ask(fields, options);
        yield* answer.changes;
        next = answer.next;
      }
    } catch (error) {
      if (!this.#isLeft) throw error;
    } finally {
      forget?.();
    }
  }

  /** Asks until it is answered, or until that has failed for too long. */
  async #ask(fields: object, options: object): Promise<Changes> {
    const { signal } = this.#leaving;
    const ends = performance.now() + patienceMs;
    for (let wait = firstPauseMs; ; wait = Math.min(wait * 2, lastPauseMs)) {
      try {
        const asked = { store: this.#store, ...fields };
        return await call(this.#executor, "changes", asked, options);
      } catch (error) {
        const isOver = performance.now() >= ends || signal.aborted;
        if (isOver || !passing.has(toAhnlichError(error).code)) throw error;
      }
      await pause(wait, undefined, { signal }).catch(() => {});
    }
  }
}

/** A reader may ask again after these: the server is being restarted, or has too much to do. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "CONNECTION_LOST",
  "SHUTTING_DOWN",
  "BUSY",
]);
/** For so long one query waits for changes; half of what a call may take where that is less. */
const waitMsMax = 30_000;
const patienceMs = 60_000;
const firstPauseMs = 50;
const lastPauseMs = 2_000;
