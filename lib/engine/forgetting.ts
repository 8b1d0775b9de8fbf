import { toAhnlichError } from "../model/errors.js";
import { unlimited } from "./call.js";
import type { Logger } from "./ports.js";
import type { Writer } from "./writer.js";

/** Takes old results of writes away now and then, a few at a time, also where no write with a key comes any more. */
export class Forgetting {
  readonly #writer: Writer;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #isStopped = false;
  #isUnderWay = false;

  constructor(writer: Writer, log: Logger) {
    this.#writer = writer;
    this.#log = log;
    this.#timer = setInterval(() => void this.#forget(), everyMs);
    this.#timer.unref();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  async #forget(): Promise<void> {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    try {
      let done: unknown = rowsPerStep;
      while (done === rowsPerStep && !this.#isStopped) {
        done = await this.#writer.submit({ kind: "forget", rows: rowsPerStep }, unlimited);
      }
    } catch (thrown) {
      const error = toAhnlichError(thrown);
      if (!this.#isStopped) this.#log.warn({ error }, "old results of writes are not removed yet");
    }
    this.#isUnderWay = false;
  }
}

const everyMs: number = 60 * 60 * 1000;
const rowsPerStep = 500;
