import type { Engine } from "../handles/engine.js";
import { Patience } from "../handles/patience.js";
import type { Store } from "../handles/store.js";
import { AhnlichError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";
import { checkStoreName } from "../model/store-name.js";
import { BatchWriter } from "./batch-writer.js";
import { checkGiven } from "./check-given.js";
import {
  type CheckedImportOptions,
  checkImportOptions,
  type ImportOptions,
  type ImportReport,
} from "./import-options.js";
import type { EntryItem, Item, Source, StoreHead } from "./item.js";
import { openSource } from "./open-source.js";
import { atPlace } from "./transfer-error.js";
import { Turns } from "./turns.js";

/**
 * Sets the entries of a file, or of a stream of bytes, in a store of any engine. The store is made
 * where there is none. Entries of ids that are there are replaced; of two in the file the later one
 * stays. They are set in batches while the file is read: memory does not grow with it.
 *
 * A failure names the file and the first line that is not in the store, in `details`; every line
 * before it is. `from: details.line` goes on there, and importing the same file again from its
 * beginning gives the same store.
 *
 * @throws INVALID_ARGUMENT for a file that is not there or a line that is no entry; LIMIT_EXCEEDED;
 *   DIMENSION_MISMATCH; ABORTED or TIMEOUT, OUTCOME_UNKNOWN where something was set; IO_ERROR; and
 *   what `set` throws
 */
export async function importStore(
  engine: Engine,
  store: string,
  from: string | AsyncIterable<Uint8Array | string>,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const checked = checkImportOptions(options);
  checkStoreName(store);
  const patience = new Patience(checked.signal, checked.timeoutMs);
  try {
    const { limits } = await engine.info(patience.options());
    const source = await openSource(from, checked, limits);
    try {
      const importing = new Importing(engine, store, source, checked, limits, patience);
      return await importing.run();
    } finally {
      await source.close();
    }
  } finally {
    patience.end();
  }
}

interface Target {
  readonly dimension: number;
  readonly writer: BatchWriter;
  /** As the head of the file says. */
  readonly lasting: boolean;
}

class Importing {
  readonly #engine: Engine;
  readonly #name: string;
  readonly #source: Source;
  readonly #options: CheckedImportOptions;
  readonly #limits: Limits;
  readonly #patience: Patience;
  readonly #turns = new Turns();
  #target: Target | undefined;
  #expired = 0;

  constructor(
    engine: Engine,
    name: string,
    source: Source,
    options: CheckedImportOptions,
    limits: Limits,
    patience: Patience,
  ) {
    this.#engine = engine;
    this.#name = name;
    this.#source = source;
    this.#options = options;
    this.#limits = limits;
    this.#patience = patience;
  }

  async run(): Promise<ImportReport> {
    let line = this.#options.from;
    try {
      for await (const item of this.#items()) {
        if ("head" in item) {
          line = 1;
          await this.#begin(item.head);
          line = this.#options.from;
          continue;
        }
        line = item.line;
        await this.#add(item);
        line++;
        if (this.#turns.due) await this.#turns.give();
        if (this.#target?.writer.failed !== undefined) break;
      }
      // Nothing to import is no error, but the store must be there.
      if (this.#target === undefined) await this.#store().info(this.#patience.options());
    } catch (error) {
      if (isGivingUp(error)) await this.#target?.writer.abandon(error);
      else await this.#target?.writer.finish();
      throw this.#failure(error, line);
    }
    await this.#target?.writer.finish();
    if (this.#target?.writer.failed !== undefined) throw this.#failure(undefined, line);
    const { entries = 0, inserted = 0, updated = 0 } = this.#target?.writer ?? {};
    return { entries, inserted, updated, expired: this.#expired };
  }

  /** Each step of a source that may hang is given up with the caller's patience. */
  async *#items(): AsyncGenerator<Item, void, undefined> {
    const iterator = this.#source.items(this.#options.from)[Symbol.asyncIterator]();
    let ended = false;
    try {
      for (;;) {
        this.#patience.check();
        const step = await this.#patience.race(iterator.next());
        ended = step.done === true;
        if (step.done === true) return;
        yield step.value;
      }
    } finally {
      // Not awaited: where a step hangs, so would this.
      if (!ended) iterator.return?.().catch(() => undefined);
    }
  }

  async #add(item: EntryItem): Promise<void> {
    const checked = checkGiven(item, this.#target?.dimension, this.#limits);
    const { writer, lasting } = this.#target ?? (await this.#begin(checked));
    const { expiresAt = lasting ? null : undefined } = checked;
    if (typeof expiresAt === "number" && expiresAt <= Date.now()) this.#expired++;
    else await writer.add({ ...checked, expiresAt });
  }

  /** Finds the store or makes it. */
  async #begin(head: StoreHead): Promise<Target> {
    const { dimension, metric, ttlMs, vectors, indexes, lasting = false } = head;
    const there = await this.#dimension();
    if (there === undefined) {
      const made = { dimension, metric: this.#options.metric ?? metric, ttlMs, vectors, indexes };
      const asked = { ...made, ifNotExists: true, ...this.#patience.options() };
      await this.#engine.createStore(this.#name, asked);
    } else if (there !== dimension) {
      const sentence = `the store ${this.#name} has ${there} dimensions, the file ${dimension}`;
      const details = { expected: there, got: dimension };
      throw new AhnlichError("DIMENSION_MISMATCH", sentence, { details });
    }
    const progress = (): void => this.#report();
    const writer = new BatchWriter(this.#store(), this.#limits, this.#patience, progress);
    this.#target = { dimension, writer, lasting };
    return this.#target;
  }

  async #dimension(): Promise<number | undefined> {
    try {
      return (await this.#store().info(this.#patience.options())).dimension;
    } catch (error) {
      if (error instanceof AhnlichError && error.code === "STORE_NOT_FOUND") return undefined;
      throw error;
    }
  }

  #store(): Store {
    return this.#engine.store(this.#name);
  }

  #report(): void {
    const { bytes, totalBytes } = this.#source;
    const entries = this.#target?.writer.entries ?? 0;
    this.#options.onProgress?.({ entries, bytes, ...(totalBytes !== undefined && { totalBytes }) });
  }

  /** A batch that failed comes before the line that is read now. */
  #failure(thrown: unknown, line: number): AhnlichError {
    const batch = this.#target?.writer.failed;
    const error = batch === undefined ? thrown : batch.error;
    const own = error instanceof AhnlichError ? error.details.line : undefined;
    const entries = this.#target?.writer.entries ?? 0;
    const gaveUp = isGivingUp(error) && entries > 0;
    const said = gaveUp
      ? new AhnlichError("OUTCOME_UNKNOWN", `given up after ${entries} entries were set`, {
          cause: error,
          details: { done: entries },
        })
      : error;
    return atPlace(said, this.#source.file, batch?.line ?? (typeof own === "number" ? own : line));
  }
}

function isGivingUp(error: unknown): boolean {
  return error instanceof AhnlichError && (error.code === "ABORTED" || error.code === "TIMEOUT");
}
