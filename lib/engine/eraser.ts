import { setTimeout } from "node:timers/promises";
import { toAhnlichError } from "../model/errors.js";
import { unlimited } from "./call.js";
import type { Logger } from "./ports.js";
import type { Writer } from "./writer.js";

/**
 * Takes the rows of dropped stores from the disk, one small step at a time between other writes, however many
 * stores there are; a restart goes on. What may pass, such as a full disk, is waited for.
 */
export class Eraser {
  readonly #writer: Writer;
  readonly #log: Logger;
  readonly #waiting: Set<number> = new Set();
  readonly #stopping = new AbortController();
  #isErasing = false;

  constructor(writer: Writer, log: Logger) {
    this.#writer = writer;
    this.#log = log;
  }

  /** Never throws. */
  erase(incarnation: number): void {
    this.#waiting.add(incarnation);
    if (this.#isErasing) return;
    this.#isErasing = true;
    void this.#eraseAll();
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #eraseAll(): Promise<void> {
    const { signal } = this.#stopping;
    let isHopeless = false;
    while (this.#waiting.size > 0 && !signal.aborted && !isHopeless) {
      try {
        await this.#step();
      } catch (thrown) {
        if (signal.aborted) break;
        const error = toAhnlichError(thrown);
        this.#log.warn({ stores: this.#waiting.size, error }, "dropped stores are not erased yet");
        isHopeless = !error.retryable;
        if (!isHopeless) await pause(signal);
      }
    }
    this.#isErasing = false;
  }

  async #step(): Promise<void> {
    const incarnations: number[] = [];
    for (const incarnation of this.#waiting) {
      if (incarnations.push(incarnation) === storesPerStep) break;
    }
    const write = { kind: "erase", incarnations, rows: rowsPerStep } as const;
    const done = (await this.#writer.submit(write, unlimited)) as number;
    for (const incarnation of incarnations.slice(0, done)) this.#waiting.delete(incarnation);
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  await setTimeout(pauseMs, undefined, { ref: false, signal }).catch(() => {});
}

const storesPerStep = 100;
const rowsPerStep = 500;
const pauseMs = 1_000;
