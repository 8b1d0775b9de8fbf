import { toAhnlichError } from "../model/errors.js";
import { readResultScopes } from "../rows/result-rows.js";
import { unlimited } from "./call.js";
import { resultsKeptMs, scopesKept } from "./draft-results.js";
import type { Clock, Logger } from "./ports.js";
import { Slice } from "./slice.js";
import type { Views } from "./view.js";
import type { Writer } from "./writer.js";

/** Takes old results of writes away, a few at a time: when an engine opens, and every hour. */
export class Forgetting {
  readonly #writer: Writer;
  readonly #views: Views;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #isStopped = false;
  #isUnderWay = false;

  constructor(parts: { writer: Writer; views: Views; clock: Clock; log: Logger }) {
    this.#writer = parts.writer;
    this.#views = parts.views;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#timer = setInterval(() => void this.#forget(), everyMs);
    this.#timer.unref();
    void this.#forget();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  /** Never throws. */
  async #forget(): Promise<void> {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    try {
      let done: unknown = (await this.#isDue()) ? rowsPerStep : 0;
      while (done === rowsPerStep && !this.#isStopped) {
        done = await this.#writer.submit({ kind: "forget", rows: rowsPerStep }, unlimited);
      }
    } catch (thrown) {
      const error = toAhnlichError(thrown);
      if (!this.#isStopped) this.#log.warn({ error }, "old results of writes are not removed yet");
    }
    this.#isUnderWay = false;
  }

  async #isDue(): Promise<boolean> {
    const view = this.#views.acquire();
    const slice = new Slice();
    const oldest = this.#clock.now() - resultsKeptMs;
    let scopes = 0;
    try {
      for (const { counters } of readResultScopes(view.snapshot)) {
        if (counters.since < oldest || ++scopes > scopesKept) return true;
        if (slice.isOver) await slice.next();
      }
      return false;
    } finally {
      this.#views.release(view);
    }
  }
}

const everyMs: number = 60 * 60 * 1000;
const rowsPerStep = 500;
