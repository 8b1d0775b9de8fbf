import { unlimited } from "./call.js";
import type { Logger } from "./ports.js";
import type { Writer } from "./writer.js";

/** Takes the rows of dropped stores from the disk, in small steps between other writes; a restart goes on. */
export class Eraser {
  readonly #writer: Writer;
  readonly #log: Logger;
  #isStopped = false;

  constructor(writer: Writer, log: Logger) {
    this.#writer = writer;
    this.#log = log;
  }

  /** Never rejects. */
  async erase(incarnation: number): Promise<void> {
    try {
      for (;;) {
        if (this.#isStopped) return;
        const write = { kind: "erase", incarnation, rows: rowsPerStep } as const;
        if (await this.#writer.submit(write, unlimited)) return;
      }
    } catch (error) {
      this.#log.warn(
        { incarnation, error },
        "a dropped store is not erased yet; the next open goes on",
      );
    }
  }

  stop(): void {
    this.#isStopped = true;
  }
}

const rowsPerStep = 500;
