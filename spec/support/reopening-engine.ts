import type { Engine } from "../../lib/handles/engine.js";
import { AhnlichError } from "../../lib/model/errors.js";
import type { CallOptions } from "../../lib/model/options.js";
import { type Query, rights } from "../../lib/model/query.js";
import { type Executor, plainEngine } from "./plain-engine.js";

/**
 * An engine that is closed and opened again behind every write, before its answer is given. Whoever asks
 * sees one engine that forgets nothing, or the difference is a fault. Writes under way together count as
 * one, and one that was refused as none.
 */
export function reopeningEngine(first: Engine, reopen: () => Promise<Engine>): Engine {
  return plainEngine(new ReopeningExecutor(first, reopen));
}

class ReopeningExecutor implements Executor {
  #engine: Engine;
  readonly #reopen: () => Promise<Engine>;
  #reopening: Promise<void> | undefined;
  #underWay = 0;
  #written = false;
  #closing: Promise<void> | undefined;
  #settleClosed: (reason: Error | undefined) => void = () => undefined;
  readonly closed = new Promise<Error | undefined>((settle) => {
    this.#settleClosed = settle;
  });

  constructor(engine: Engine, reopen: () => Promise<Engine>) {
    this.#engine = engine;
    this.#reopen = reopen;
  }

  async execute(query: Query, options?: CallOptions): Promise<unknown> {
    if (this.#closing !== undefined) throw new AhnlichError("CLOSED", "the engine is closed");
    while (this.#reopening !== undefined) await this.#reopening;
    this.#underWay++;
    try {
      const answer = await this.#engine.execute(query, options);
      if (writes(query)) this.#written = true;
      return answer;
    } finally {
      this.#underWay--;
      await this.#reopenWhenStill();
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#reopening;
    await this.#engine.close();
    this.#settleClosed(await this.#engine.closed);
  }

  async #reopenWhenStill(): Promise<void> {
    if (this.#underWay > 0 || !this.#written || this.#closing !== undefined) return;
    this.#written = false;
    this.#reopening = this.#engine
      .close()
      .then(() => this.#reopen())
      .then((engine) => {
        this.#engine = engine;
      })
      .finally(() => {
        this.#reopening = undefined;
      });
    await this.#reopening;
  }
}

/** A pipeline may write; what is no query changes nothing. */
function writes(query: Query): boolean {
  return query?.kind === "pipeline" || (rights[query?.kind] ?? "read") !== "read";
}
