import type { Arena } from "./arena.js";
import { noMemory } from "./arenas.js";
import type { Job } from "./job.js";
import * as layout from "./layout.js";
import { wishStop } from "./slice-wish.js";
import type { Task } from "./task.js";
import { Turn } from "./turns.js";
import type { Walk, Walks } from "./walks.js";

/** What is to be done to a graph: link some slots, or take the links to dead slots out of the lists of a range. */
export type Upkeep =
  | { readonly kind: "link"; readonly slots: Uint32Array }
  | { readonly kind: "sweep"; readonly from: number; readonly to: number; readonly map: number };

export interface UpkeepOptions {
  readonly arena: Arena;
  readonly walks: Walks;
  /** How many slots the graph may lead to. */
  readonly reach: number;
  /** What the pool of a walk keeps that looks for neighbours. */
  readonly width: number;
  readonly upkeep: Upkeep;
}

/** A job that keeps a graph, in the background. */
export class UpkeepTask implements Task {
  readonly turn: Turn = new Turn();
  readonly weight = 0;
  readonly cost = 1;
  /** Rejected where it could not be done, or not to the end. */
  readonly done: Promise<void>;
  readonly #options: UpkeepOptions;
  #job: UpkeepJob | undefined;
  #settled = false;
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get settled(): boolean {
    return this.#settled;
  }

  get started(): boolean {
    return this.#job !== undefined;
  }

  start(): Job {
    this.#job ??= new UpkeepJob(this.#options);
    return this.#job;
  }

  provide(): void {}

  finish(): void {
    this.#settled = true;
    this.release();
    this.#resolve();
  }

  /** Who waits hears of it when nobody is at the job any more. */
  fail(error: Error): void {
    this.#job?.stop();
    if (this.#settled) return;
    this.#settled = true;
    this.#failure = error;
    if (this.#job === undefined) this.#reject(error);
  }

  release(): void {
    this.#job?.free();
    this.#job = undefined;
    if (this.#failure !== undefined) this.#reject(this.#failure);
  }

  #failure: Error | undefined;
}

class UpkeepJob implements Job {
  readonly arena: Arena;
  readonly address: number;
  readonly #walks: Walks;
  readonly #walk: Walk;
  readonly #bytes: number;

  /** @throws LIMIT_EXCEEDED */
  constructor({ arena, walks, reach, width, upkeep }: UpkeepOptions) {
    this.arena = arena;
    this.#walks = walks;
    this.#walk = walks.take(reach, width);
    const slots = upkeep.kind === "link" ? upkeep.slots : none;
    this.#bytes = layout.upkeepBytes + slots.length * 4;
    const address = arena.allocate(this.#bytes, "search");
    if (address === undefined) {
      walks.give(this.#walk);
      throw noMemory(this.#bytes);
    }
    this.address = address;
    const list = address + layout.upkeepBytes;
    arena.words.fill(0, address >>> 2, list >>> 2);
    arena.words.set(slots, list >>> 2);
    this.#set(layout.upkeepWalk, this.#walk.address);
    if (upkeep.kind === "link") {
      this.#set(layout.jobPhase, layout.linking);
      this.#set(layout.upkeepList, list);
      this.#set(layout.upkeepEnd, slots.length);
    } else {
      this.#set(layout.jobPhase, layout.sweeping);
      this.#set(layout.upkeepMap, upkeep.map);
      this.#set(layout.upkeepNext, upkeep.from);
      this.#set(layout.upkeepEnd, upkeep.to);
    }
  }

  advance(): number {
    return this.arena.kernels.advance(this.address, stepBudget);
  }

  stop(): void {
    wishStop(this.arena.words, this.address);
  }

  free(): void {
    this.arena.free(this.address, this.#bytes);
    this.#walks.give(this.#walk);
  }

  #set(field: number, value: number): void {
    this.arena.words[(this.address + field) >>> 2] = value;
  }
}

const none = new Uint32Array(0);
/** Multiplications of one step. */
const stepBudget = 512 * 1024;
