import { setTimeout } from "node:timers/promises";
import { inject, injectable } from "tsyringe";
import { type VectorIndex, VectorIndexes } from "../indexes/vector-index.js";
import { AhnlichError } from "../model/errors.js";
import { Persistence, type Snapshot } from "../persistence/persistence.js";
import { readState } from "../rows/meta-rows.js";
import type { StoredStore } from "../rows/store-rows.js";
import { ChangeWaiters } from "./change-waiters.js";
import { closeIndex } from "./close-index.js";
import type { Publisher } from "./committer.js";
import type { Draft } from "./draft.js";
import { Logger } from "./ports.js";
import { Recovery } from "./recovery.js";
import { Slice } from "./slice.js";
import { type GiveUp, StoreVectors } from "./store-vectors.js";
import { TrustedCheckpoints } from "./trusted-checkpoints.js";
import { View, Views } from "./view.js";

/** What readers see: the current view, and the vectors of its stores in memory. */
@injectable()
export class Publication implements Publisher {
  readonly views: Views;
  readonly checkpoints: TrustedCheckpoints;
  /** Woken by what is published. */
  readonly waiters: ChangeWaiters = new ChangeWaiters();
  readonly #persistence: Persistence;
  readonly indexes: VectorIndexes;
  readonly #log: Logger;
  readonly #vectors: Map<number, StoreVectors> = new Map();
  readonly #followers: Follower[] = [];
  /** The vectors of stores that are gone, as long as something is read into their memory. */
  readonly #closing: Set<Promise<void>> = new Set();

  constructor(
    @inject(Persistence) persistence: Persistence,
    @inject(VectorIndexes) indexes: VectorIndexes,
    @inject(Recovery) recovery: Recovery,
    @inject(TrustedCheckpoints) checkpoints: TrustedCheckpoints,
    @inject(Logger) log: Logger,
  ) {
    this.#log = log;
    this.checkpoints = checkpoints;
    this.#persistence = persistence;
    this.indexes = indexes;
    const { state, catalog } = recovery;
    this.views = new Views(new View(state.sequence, persistence.snapshot(), catalog));
  }

  /** From now on it is told of what is published. */
  follow(follower: Follower): void {
    this.#followers.push(follower);
  }

  acquire(): View {
    return this.views.acquire();
  }

  release(view: View): void {
    this.views.release(view);
  }

  /** The vectors of a store that the current view has, or had while somebody reads it. */
  vectorsOf(store: StoredStore): StoreVectors {
    let vectors = this.#vectors.get(store.incarnation);
    if (vectors === undefined) {
      vectors = this.#newVectors(store, false);
      this.#vectors.set(store.incarnation, vectors);
    }
    return vectors;
  }

  /** Reads the current view from the latest rows, where they are the same: those it holds may lie in a former file. */
  refresh(): void {
    const { sequence, catalog } = this.views.current;
    const snapshot = this.#persistence.snapshot();
    // What is committed and not published yet comes with a snapshot of its own.
    if (readState(snapshot)?.sequence !== sequence) snapshot.release();
    else this.views.publish(new View(sequence, snapshot, catalog));
  }

  /** The same where somebody has asked for them before. */
  knownVectorsOf({ incarnation }: StoredStore): StoreVectors | undefined {
    return this.#vectors.get(incarnation);
  }

  /** The index of a store whose vectors are in memory. */
  loadedIndexOf({ incarnation }: StoredStore): VectorIndex | undefined {
    return this.#vectors.get(incarnation)?.loaded;
  }

  /** Gives the memory of stores back that nobody has searched for so long. */
  unloadIdle(time: number, idleMs: number): void {
    for (const vectors of this.#vectors.values()) vectors.unloadIfIdle(time, idleMs);
  }

  #newVectors(store: StoredStore, isNew: boolean): StoreVectors {
    const { views, indexes, checkpoints } = this;
    const [persistence, log] = [this.#persistence, this.#log];
    const parts = { indexes, persistence, checkpoints, views, log };
    return new StoreVectors(parts, store, this.#giveUp, isNew);
  }

  /** Where readers hold as many states as there can be, it waits until one of them has gone. */
  async snapshot(): Promise<Snapshot> {
    for (;;) {
      try {
        return this.#persistence.snapshot();
      } catch (error) {
        if (!(error instanceof AhnlichError) || error.code !== "BUSY") throw error;
        await setTimeout(busyMs);
      }
    }
  }

  async publish(draft: Draft, snapshot: Snapshot): Promise<void> {
    const slice = new Slice();
    for (const store of draft.created) {
      this.#vectors.set(store.incarnation, this.#newVectors(store, true));
      if (slice.isOver) await slice.next();
    }
    for (const effects of draft.effects.values()) {
      await this.vectorsOf(effects.store).apply(effects, slice);
    }
    const { sequence } = draft.state;
    this.views.publish(new View(sequence, snapshot, draft.catalog));
    for (const incarnation of draft.effects.keys()) this.#settle(incarnation, sequence);
    for (const store of draft.dropped) this.#forget(store, sequence);
    this.waiters.published(draft.catalog, draft.touched);
    for (const follower of this.#followers) follower.published(draft);
  }

  readonly #giveUp: GiveUp = (store, index, error, filling) => {
    if (error !== undefined) {
      this.#log.error({ store: store.name, error }, "the vectors in memory are given up");
    }
    const { sequence } = this.views.current;
    const close = (): void => closeIndex(this.#log, store, index);
    this.views.whenForgotten(sequence + 1, filling ? () => void filling.then(close) : close);
  };

  /** Slots of what has died are free once nobody sees it. */
  #settle(incarnation: number, sequence: number): void {
    const vectors = this.#vectors.get(incarnation);
    vectors?.published();
    this.views.whenForgotten(sequence, () => vectors?.reclaim(sequence));
  }

  #forget(store: StoredStore, sequence: number): void {
    this.views.whenForgotten(sequence, () => {
      const closing = this.#vectors.get(store.incarnation)?.close() ?? Promise.resolve();
      this.#vectors.delete(store.incarnation);
      this.#closing.add(closing);
      void closing.then(() => this.#closing.delete(closing));
    });
  }

  /** Ends every view and gives the vectors back. Never rejects. */
  async close(): Promise<void> {
    this.views.close();
    for (const vectors of this.#vectors.values()) this.#closing.add(vectors.close());
    this.#vectors.clear();
    await Promise.all(this.#closing);
  }
}

/** Told of every transaction once readers see it. Never throws. */
export interface Follower {
  published(draft: Pick<Draft, "dropped" | "expected" | "touched">): void;
}

const busyMs = 5;
