import type { SetResponse } from "../model/answers.js";
import { AhnlichError, type ErrorCode } from "../model/errors.js";
import type { CallOptions } from "../model/options.js";
import { textBytes } from "../model/text.js";
import { keyBytesMax } from "../model/write-identity.js";
import { call, callOptionsOf, checkObject, isCallOption, unknownOption } from "./call.js";
import type { Executor } from "./executor.js";
import { makeBatches } from "./load-batches.js";
import { Patience } from "./patience.js";

/**
 * Sets any number of entries in batches, some of them in flight. The first failure stops it: what is
 * in flight settles, then the failure is thrown; what was set stays set. Aborted or timed out it is
 * ABORTED or TIMEOUT when nothing was set, OUTCOME_UNKNOWN with `details.done` otherwise. Under an idempotency key
 * the same entries, loaded again in batches of the same size, are set where they were not yet.
 */
export async function load(
  executor: Executor,
  store: string,
  entries: unknown,
  options: unknown,
): Promise<SetResponse> {
  const { batch, onProgress, signal, timeoutMs, idempotencyKey } = checkOptions(options);
  const iterator = iteratorOf(entries);
  const patience = new Patience(signal, timeoutMs);
  const loading = new Loading(executor, store, { onProgress, patience, idempotencyKey });
  try {
    for await (const made of makeBatches(iterator, batch, patience)) {
      await loading.set(made.entries, made.keys);
    }
    return await loading.finish();
  } catch (error) {
    await loading.settle();
    throw loading.failure(error);
  } finally {
    patience.end();
  }
}

class Loading {
  readonly #executor: Executor;
  readonly #store: string;
  readonly #onProgress: ((done: number) => void) | undefined;
  readonly #patience: Patience;
  readonly #idempotencyKey: string | undefined;
  readonly #inFlight = new Map<Promise<void>, ReadonlySet<string | number>>();
  #failed = false;
  #error: unknown;
  /** Batches begun. */
  #begun = 0;
  #done = 0;
  #inserted = 0;
  #updated = 0;
  #version = 0;

  constructor(
    executor: Executor,
    store: string,
    parts: {
      readonly onProgress: ((done: number) => void) | undefined;
      readonly patience: Patience;
      readonly idempotencyKey: string | undefined;
    },
  ) {
    this.#executor = executor;
    this.#store = store;
    this.#onProgress = parts.onProgress;
    this.#patience = parts.patience;
    this.#idempotencyKey = parts.idempotencyKey;
  }

  /** Begins to set a batch, once there is room and nothing in flight holds one of its entries. */
  async set(entries: unknown[], keys: ReadonlySet<string | number>): Promise<void> {
    // Two calls in flight are unordered: the later of two entries of one id must wait for the earlier.
    while (this.#inFlight.size >= inFlightMax || this.#overlaps(keys)) {
      await Promise.race(this.#inFlight.keys());
    }
    this.#begin(entries, keys);
  }

  async finish(): Promise<SetResponse> {
    // Nothing to set is no error, but the store must be there.
    if (this.#begun === 0) this.#begin([], new Set());
    await this.settle();
    if (this.#failed) throw this.#error;
    return { inserted: this.#inserted, updated: this.#updated, version: this.#version };
  }

  async settle(): Promise<void> {
    await Promise.all(this.#inFlight.keys());
  }

  /** What the caller is told: the first failure, and whether anything was set where it gave up. */
  failure(thrown: unknown): unknown {
    const error = this.#failed ? this.#error : thrown;
    const gaveUp = error instanceof AhnlichError && givingUp.has(error.code);
    if (!gaveUp || this.#done === 0) return error;
    return new AhnlichError(
      "OUTCOME_UNKNOWN",
      `load: given up after ${this.#done} entries were set`,
      { cause: error, details: { done: this.#done } },
    );
  }

  #begin(entries: unknown[], keys: ReadonlySet<string | number>): void {
    if (this.#failed) throw this.#error;
    this.#begun++;
    const fields = { store: this.#store, entries };
    const setting: Promise<void> = call(this.#executor, "set", fields, this.#options())
      .then((response) => this.#add(response, entries.length))
      .catch((error) => {
        if (!this.#failed) this.#error = error;
        this.#failed = true;
      })
      .finally(() => this.#inFlight.delete(setting));
    this.#inFlight.set(setting, keys);
  }

  /** Each batch has a key of its own: the load's and its number. */
  #options(): CallOptions | undefined {
    const options = this.#patience.options();
    if (this.#idempotencyKey === undefined) return options;
    return { ...options, idempotencyKey: `${this.#idempotencyKey}/${this.#begun}` };
  }

  #add(response: SetResponse, count: number): void {
    this.#inserted += response.inserted;
    this.#updated += response.updated;
    this.#version = Math.max(this.#version, response.version);
    this.#done += count;
    if (count > 0) this.#onProgress?.(this.#done);
  }

  #overlaps(keys: ReadonlySet<string | number>): boolean {
    for (const others of this.#inFlight.values()) {
      for (const key of keys) if (others.has(key)) return true;
    }
    return false;
  }
}

function checkOptions(options: unknown = {}) {
  checkObject(options);
  const { batch, onProgress, ...rest } = options;
  for (const name of Object.keys(rest)) {
    if (!isCallOption(name) && rest[name] !== undefined) throw unknownOption(name);
  }
  if (onProgress !== undefined && typeof onProgress !== "function") {
    const sentence = `options.onProgress: expected a function, got ${typeof onProgress}`;
    throw new AhnlichError("INVALID_ARGUMENT", sentence);
  }
  const callOptions = callOptionsOf(rest);
  checkRoomOfKey(callOptions?.idempotencyKey);
  return {
    batch: checkBatch(batch),
    onProgress: onProgress as ((done: number) => void) | undefined,
    ...callOptions,
  };
}

/** The keys of the batches are longer than the load's own. */
function checkRoomOfKey(key: string | undefined): void {
  if (key === undefined || textBytes(key) <= loadKeyBytesMax) return;
  const sentence = `idempotencyKey: expected at most ${loadKeyBytesMax} bytes for a load, got ${textBytes(key)}`;
  throw new AhnlichError("INVALID_ARGUMENT", sentence);
}

function checkBatch(batch: unknown = batchStandard): number {
  const right = typeof batch === "number" && Number.isInteger(batch);
  if (right && batch >= 1 && batch <= batchMax) return batch;
  const sentence = `options.batch: expected an integer from 1 to ${batchMax}, got ${String(batch)}`;
  throw new AhnlichError("INVALID_ARGUMENT", sentence);
}

function iteratorOf(entries: unknown): AsyncIterator<unknown> | Iterator<unknown> {
  if (typeof entries === "object" && entries !== null) {
    if (Symbol.asyncIterator in entries) {
      return (entries as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    }
    if (Symbol.iterator in entries) return (entries as Iterable<unknown>)[Symbol.iterator]();
  }
  const sentence = `entries: expected an iterable or async iterable, got ${typeof entries}`;
  throw new AhnlichError("INVALID_ARGUMENT", sentence);
}

const loadKeyBytesMax: number = keyBytesMax - 16;
const batchStandard = 1_000;
const batchMax = 1_000_000;
/** Some are committed together, as many again are made meanwhile: more would only wait in memory. */
const inFlightMax = 6;
const givingUp: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["ABORTED", "TIMEOUT"]);
