import { toAhnlichError } from "../model/errors.js";
import type { Persistence } from "../persistence/persistence.js";
import { compact } from "./compact.js";
import type { Logger } from "./ports.js";
import type { Publication } from "./publication.js";

/**
 * Looks now and then whether the file is much larger than it need be, and has it compacted: nobody else has to. What
 * goes wrong is nobody's call; it is tried again later, and ever later as it goes on.
 */
export class Compactor {
  readonly #persistence: Persistence;
  readonly #publication: Publication;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #pauseMs: number = failedMs;
  /** Nothing was written since it looked, and it waits long. */
  #isResting = false;
  #hasWritten = false;
  #isStopped = false;

  constructor(parts: { persistence: Persistence; publication: Publication; log: Logger }) {
    this.#persistence = parts.persistence;
    this.#publication = parts.publication;
    this.#log = parts.log;
    if (this.#persistence.slack !== undefined) this.#wait(lookMs);
  }

  /** Something was written. Never throws. */
  wrote(): void {
    this.#hasWritten = true;
    if (!this.#isResting || this.#isStopped) return;
    clearTimeout(this.#timer);
    this.#wait(lookMs);
  }

  /** One that is under way ends when the persistence is closed. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    if (this.#isStopped) return;
    this.#isResting = ms === restMs;
    this.#timer = setTimeout(() => void this.#wake(), ms).unref();
  }

  async #wake(): Promise<void> {
    this.#isResting = false;
    this.#hasWritten = false;
    try {
      await this.#look();
      this.#pauseMs = failedMs;
      this.#wait(this.#hasWritten ? lookMs : restMs);
    } catch (thrown) {
      if (this.#isStopped) return;
      const error = toAhnlichError(thrown);
      this.#log.warn({ error, againInMs: this.#pauseMs }, "the file is not compacted yet");
      this.#wait(this.#pauseMs);
      this.#pauseMs = Math.min(this.#pauseMs * 2, failedMsMax);
    }
  }

  async #look(): Promise<void> {
    const slack = await this.#persistence.slack?.();
    if (slack === undefined || this.#isStopped) return;
    const start = performance.now();
    await compact(this.#persistence, this.#publication);
    const { bytes } = this.#persistence;
    const ms = Math.round(performance.now() - start);
    this.#log.info({ from: slack.fileBytes, to: bytes, ms }, "the file was compacted");
  }
}

const lookMs = 1_000;
/** Nothing that was written, but a backup that is over, or room on the disk, may have changed what was found. */
const restMs = 60_000;
const failedMs = 10_000;
const failedMsMax = 60 * 60 * 1_000;
