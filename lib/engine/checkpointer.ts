import { setTimeout } from "node:timers/promises";
import { writeCheckpoint } from "../checkpoints/write-checkpoint.js";
import type { SlotImage } from "../indexes/vector-index.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { CheckpointRules } from "./checkpoint-rules.js";
import type { Logger } from "./ports.js";
import type { Publication } from "./publication.js";
import type { StoreVectors } from "./store-vectors.js";
import type { TrustedCheckpoints } from "./trusted-checkpoints.js";
import type { UnkeptChanges } from "./unkept-changes.js";

/**
 * Writes checkpoints of what is in memory, one at a time: where writes have paused and a quarter of a store has
 * changed, where they do not pause and all of it has changed since, but not in the midst of a load that is soon
 * over, and at the end where that would save time. So the background writes at most four codes for each vector that was
 * written to the store, and mostly far less.
 */
export class Checkpointer {
  readonly #publication: Publication;
  readonly #checkpoints: TrustedCheckpoints;
  readonly #rules: CheckpointRules;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout | undefined;
  /** Until when a store is left alone, by its incarnation: since one failed, or was written just now. */
  readonly #restingUntil = new Map<number, number>();
  #working: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  constructor(parts: {
    publication: Publication;
    checkpoints: TrustedCheckpoints;
    rules: CheckpointRules;
    log: Logger;
  }) {
    this.#publication = parts.publication;
    this.#checkpoints = parts.checkpoints;
    this.#rules = parts.rules;
    this.#log = parts.log;
    if (!this.#canWrite) return;
    this.#timer = setInterval(() => this.#look(), this.#rules.lookMs);
    this.#timer.unref();
  }

  /** The store is gone, and its file goes too. Never throws. */
  drop(incarnation: number): void {
    this.#restingUntil.delete(incarnation);
    const after = this.#working ?? Promise.resolve();
    void after.then(() => this.#checkpoints.remove(incarnation));
  }

  /** Writes what is worth it in the time that there is; settles when nothing is written any more. Never rejects. */
  async close(timeoutMs: number): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#working;
    if (!this.#canWrite) return this.#checkpoints.settled();
    const ends = performance.now() + Math.min(timeoutMs, this.#rules.closeMs);
    for (const store of this.#publication.views.current.catalog.list()) {
      await this.#writeAtClose(store, ends);
    }
    await this.#checkpoints.settled();
  }

  async #writeAtClose(store: StoredStore, ends: number): Promise<void> {
    const known = this.#publication.knownVectorsOf(store);
    const index = known?.loaded;
    if (known === undefined || index === undefined) return;
    if (known.unkept.count <= index.size / partAtClose) return;
    const vectors = this.#loaded(store);
    if (vectors === undefined || performance.now() + vectors.bytes / bytesPerMs > ends) return;
    await this.#write(store, vectors, async () => performance.now() < ends);
  }

  get #canWrite(): boolean {
    return this.#checkpoints.files?.create !== undefined;
  }

  #look(): void {
    if (this.#working !== undefined) return;
    for (const store of this.#publication.views.current.catalog.list()) {
      const vectors = this.#loaded(store);
      if (vectors === undefined || !this.#isDue(store, vectors)) continue;
      this.#working = this.#write(store, vectors, this.#pause).finally(() => {
        this.#working = undefined;
      });
      return;
    }
  }

  /** False where it is over. */
  readonly #pause = async (): Promise<boolean> => {
    const { signal } = this.#stopping;
    const options = { ref: false, signal };
    await setTimeout(this.#rules.pauseMs, undefined, options).catch(() => undefined);
    return !signal.aborted;
  };

  /** The vectors of a store that are in memory, and large enough. */
  #loaded(store: StoredStore): LoadedVectors | undefined {
    const vectors = this.#publication.knownVectorsOf(store);
    const index = vectors?.loaded;
    if (vectors === undefined || index?.image === undefined) return undefined;
    const bytes = index.image.used * store.dimension * 4;
    if (bytes < this.#rules.leastBytes) return undefined;
    const { size, image } = index;
    const isThere = (): boolean => vectors.loaded === index;
    return { vectors, image, size, bytes, isThere, unkept: vectors.unkept };
  }

  #isDue({ incarnation }: StoredStore, { size, unkept }: LoadedVectors): boolean {
    const now = performance.now();
    if (now < (this.#restingUntil.get(incarnation) ?? 0)) return false;
    const isQuiet = now - unkept.lastAt >= this.#rules.quietMs;
    if (isQuiet) return unkept.count >= size / partWhenQuiet;
    return unkept.count >= size && now - unkept.since >= this.#rules.busyMs;
  }

  /** Never rejects: whatever it is, the store's rows are there. */
  async #write(
    { incarnation, dimension, name, counters }: StoredStore,
    { vectors, image, bytes, isThere }: LoadedVectors,
    goOn: () => Promise<boolean>,
  ): Promise<void> {
    const { files, history } = this.#checkpoints;
    if (files === undefined) return;
    const { unkept } = vectors;
    const { views } = this.#publication;
    const { mark } = unkept;
    const begun = views.current.sequence;
    const { nextOrdinal } = counters;
    using _ = vectors.hold();
    let restMs = this.#rules.quietMs + bytes / bytesPerMs;
    try {
      const isDone = await writeCheckpoint({
        ...{ checkpoints: files, image },
        origin: { history, incarnation, dimension, begun, nextOrdinal },
        done: () => Math.max(begun, unkept.sequence),
        goOn: async () => (await goOn()) && isThere(),
      });
      if (isDone) {
        this.#checkpoints.add(incarnation);
        unkept.keep(mark);
      }
    } catch (error) {
      this.#log.warn({ store: name, error }, "a checkpoint of vectors could not be written");
      restMs = failedMs;
    }
    this.#restingUntil.set(incarnation, performance.now() + restMs);
  }
}

interface LoadedVectors {
  readonly vectors: StoreVectors;
  readonly image: SlotImage;
  readonly size: number;
  readonly bytes: number;
  readonly isThere: () => boolean;
  readonly unkept: UnkeptChanges;
}

/** What share of a store must have changed. */
const partWhenQuiet = 4;
const partAtClose = 32;
/** Of vectors, whose codes are a third at most: what takes so long that the end must not wait is not begun then. */
const bytesPerMs = 600_000;
const failedMs = 60_000;
