import type { Patience } from "../handles/patience.js";
import type { Store } from "../handles/store.js";
import type { SetResponse } from "../model/answers.js";
import type { EntryInput } from "../model/entry.js";
import type { Limits } from "../model/limits.js";
import type { CheckedItem } from "./check-given.js";

/**
 * Sets entries in batches, a few in flight, and knows which lines are not in the store after a
 * failure. What comes later wins over what came before under the same id.
 */
export class BatchWriter {
  readonly #store: Store;
  readonly #patience: Patience;
  readonly #onDone: () => void;
  readonly #entriesMax: number;
  readonly #bytesMax: number;
  readonly #inFlight = new Set<Batch>();
  #gathered = new Batch();
  #failed: FailedBatch | undefined;
  /** What is in the store. */
  entries = 0;
  inserted = 0;
  updated = 0;

  constructor(store: Store, limits: Limits, patience: Patience, onDone: () => void) {
    this.#store = store;
    this.#patience = patience;
    this.#onDone = onDone;
    this.#entriesMax = Math.min(entriesMax, limits.entriesPerWrite);
    this.#bytesMax = Math.min(bytesMax, limits.bytesPerWrite);
  }

  /** The first batch that was not set; nothing is sent after it. */
  get failed(): FailedBatch | undefined {
    return this.#failed;
  }

  async add(item: CheckedItem): Promise<void> {
    const full = this.#gathered.inputs.length === this.#entriesMax;
    if (full || this.#gathered.bytes + item.bytes > this.#bytesMax) await this.#send();
    this.#gathered.add(item);
  }

  /** Sends what is gathered, and waits for all that is in flight. */
  async finish(): Promise<void> {
    await this.#send();
    await Promise.all([...this.#inFlight].map((batch) => batch.done));
  }

  /** Sends nothing more, and waits for what is in flight; what is gathered failed for that reason. */
  async abandon(reason: unknown): Promise<void> {
    if (this.#gathered.inputs.length > 0) this.#fail(this.#gathered, reason);
    this.#gathered = new Batch();
    await this.finish();
  }

  async #send(): Promise<void> {
    const batch = this.#gathered;
    this.#gathered = new Batch();
    if (batch.inputs.length === 0) return;
    while (this.#inFlight.size >= inFlightMax || this.#overlaps(batch)) {
      await Promise.race([...this.#inFlight].map(({ done }) => done));
    }
    if (this.#failed !== undefined) return;
    this.#inFlight.add(batch);
    batch.done = this.#set(batch)
      .then((response) => this.#count(batch, response))
      .catch((error) => this.#fail(batch, error));
  }

  async #set({ inputs, expiries }: Batch): Promise<SetResponse> {
    const now = Date.now();
    const entries =
      expiries.size === 0 ? inputs : inputs.map((input, i) => withTtl(input, expiries.get(i), now));
    return await this.#store.set(entries, this.#patience.options());
  }

  #count(batch: Batch, { inserted, updated }: SetResponse): void {
    this.#inFlight.delete(batch);
    this.entries += batch.inputs.length;
    this.inserted += inserted;
    this.updated += updated;
    this.#onDone();
  }

  #fail(batch: Batch, error: unknown): void {
    this.#inFlight.delete(batch);
    const { line, lastLine } = batch;
    if (this.#failed === undefined || line < this.#failed.line) {
      this.#failed = { line, lastLine, error };
    }
  }

  /** Two calls in flight are unordered: the later of two entries of one id waits for the earlier. */
  #overlaps({ ids }: Batch): boolean {
    for (const other of this.#inFlight) {
      for (const id of ids) if (other.ids.has(id)) return true;
    }
    return false;
  }
}

export interface FailedBatch {
  readonly line: number;
  readonly lastLine: number;
  readonly error: unknown;
}

class Batch {
  readonly inputs: EntryInput[] = [];
  readonly ids = new Set<string>();
  /** Of those inputs that say when they expire, or that they never do. */
  readonly expiries = new Map<number, number | null>();
  bytes = 0;
  line = 0;
  lastLine = 0;
  /** Never rejects. */
  done: Promise<void> = Promise.resolve();

  add(item: CheckedItem): void {
    if (this.inputs.length === 0) this.line = item.line;
    this.lastLine = item.line;
    if (item.expiresAt !== undefined) this.expiries.set(this.inputs.length, item.expiresAt);
    this.inputs.push(item.input);
    this.ids.add(item.id);
    this.bytes += item.bytes;
  }
}

/** An engine counts from when it is told: so the time is taken when the batch is sent. */
function withTtl(input: EntryInput, expiresAt: number | null | undefined, now: number): EntryInput {
  if (expiresAt === undefined) return input;
  return { ...input, ttlMs: expiresAt === null ? null : Math.max(1, expiresAt - now) };
}

const entriesMax = 1_000;
const bytesMax = 4 * 1024 * 1024;
/** One is applied while the next is made: more would only wait in memory. */
const inFlightMax = 3;
