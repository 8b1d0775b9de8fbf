import { setTimeout } from "node:timers/promises";
import { writeCheckpoint } from "../checkpoints/write-checkpoint.js";
import type { SlotImage, SlotLinks } from "../indexes/vector-index.js";
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
 * written to the store, and mostly far less. Slots that were linked since count like changes, once nothing is left to
 * be linked.
 */
export class Checkpointer {
  readonly #publication: Publication;
  readonly #checkpoints: TrustedCheckpoints;
  readonly #rules: CheckpointRules;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout | undefined;
  /** Until when a store is left alone, by its incarnation: since one failed, or was written just now. */
  readonly #restingUntil = new Map<number, number>();
  /** What the last file of an index has of the links that were made here. */
  readonly #keptLinks = new WeakMap<SlotLinks, KeptLinks>();
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
    const { changed, measured } = this.#unkeptLinks(index.image);
    const isChanged = Math.max(known.unkept.count, changed) > index.size / partAtClose;
    if (!isChanged && measured === 0) return;
    if (index.image?.links?.areExpected) await known.whole();
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
    if (index.image.links?.areExpected) return undefined;
    const bytes = index.image.used * store.dimension * 4;
    if (bytes < this.#rules.leastBytes) return undefined;
    const { size, image } = index;
    const isThere = (): boolean => vectors.loaded === index;
    return { vectors, image, size, bytes, isThere, unkept: vectors.unkept };
  }

  /** How many slots were linked or taken out, and how often searches were measured, since the last file. */
  #unkeptLinks(image: SlotImage | undefined): KeptLinks {
    const links = image?.links;
    if (!links?.areWhole) return noLinks;
    const kept = this.#keptLinks.get(links) ?? noLinks;
    const { changed, measured } = linksNow(links);
    return { changed: changed - kept.changed, measured: measured - kept.measured };
  }

  /** Whether what was linked is worth a file; what was measured is, where it is the first time. */
  #areLinksDue({ image, size }: LoadedVectors): boolean {
    const { changed, measured } = this.#unkeptLinks(image);
    const { isSettled = false } = image.links ?? {};
    return (
      isSettled && (changed >= size / partWhenQuiet || (measured > 0 && !this.#hasMeasured(image)))
    );
  }

  #hasMeasured({ links }: SlotImage): boolean {
    return links !== undefined && (this.#keptLinks.get(links)?.measured ?? 0) > 0;
  }

  #isDue({ incarnation }: StoredStore, vectors: LoadedVectors): boolean {
    const { size, unkept } = vectors;
    const now = performance.now();
    if (now < (this.#restingUntil.get(incarnation) ?? 0)) return false;
    const isQuiet = now - unkept.lastAt >= this.#rules.quietMs;
    if (isQuiet) return unkept.count >= size / partWhenQuiet || this.#areLinksDue(vectors);
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
    const { links } = image;
    const linked = links?.areWhole ? linksNow(links) : noLinks;
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
        if (links !== undefined) this.#keptLinks.set(links, linked);
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

interface KeptLinks {
  readonly changed: number;
  readonly measured: number;
}

const noLinks: KeptLinks = { changed: 0, measured: 0 };

/** What was linked a second time is worth a file as well. */
function linksNow({ changed, refined, measured }: SlotLinks): KeptLinks {
  return { changed: changed + refined, measured };
}
/** What share of a store must have changed. */
const partWhenQuiet = 4;
const partAtClose = 32;
/** Of vectors, whose codes are a third at most: what takes so long that the end must not wait is not begun then. */
const bytesPerMs = 600_000;
const failedMs = 60_000;
