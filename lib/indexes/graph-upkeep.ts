import { noMemory } from "../kernels/arenas.js";
import { deadSlot, lostSlot } from "../kernels/layout.js";
import type { SearchQueue } from "../kernels/search-queue.js";
import { type Upkeep, UpkeepTask } from "../kernels/upkeep-task.js";
import { closedError } from "../model/errors.js";
import type { Graph } from "./graph.js";
import {
  dyingWhileLinking,
  dyingWhileRelinking,
  LinkStates,
  linked,
  linking,
  none,
  relinked,
  relinking,
  retired,
  unlinked,
} from "./link-states.js";
import { settleAll } from "./settle-all.js";
import { SlotQueue } from "./slot-queue.js";
import type { Slots } from "./slots.js";

export interface GraphUpkeepOptions {
  readonly queue: SearchQueue;
  readonly slots: Slots;
  /** The graph that leads to a slot. */
  readonly graphOf: (slot: number) => Graph | undefined;
  /** The slot is found by walks from now on. */
  readonly linked: (slot: number) => void;
  /** No link leads to the slot any more: it is to be linked again. */
  readonly lost: (slot: number) => void;
  /** Links were chosen anew, so that searches find another share. */
  readonly refined: () => void;
  readonly released: () => void;
}

/**
 * Links slots and sweeps dead ones out of the graphs, in the background and in turns: while a sweep takes all links to
 * some dead slots away, nothing is linked that could lead to them again. When all is linked and nothing is written,
 * each slot is linked once more: neighbours are chosen among all then, and come to the links there are.
 */
export class GraphUpkeep {
  readonly #options: GraphUpkeepOptions;
  readonly #states = new LinkStates();
  readonly #pending = new SlotQueue();
  #retired: number[] = [];
  #linked = 0;
  #changed = 0;
  /** Slots that were linked a second time, and those that are not counted yet. */
  #refined = 0;
  #uncounted = 0;
  /** Slots that are being linked the first time. */
  #underWay = 0;
  #isBusy = false;
  #isHeld = false;
  #isClosed = false;
  /** What failed is done when the timer says so, not before. */
  #isToTryAgain = false;
  #addedAt = 0;
  /** Since when there is something to be linked. */
  #pendingSince = 0;
  #timer: NodeJS.Timeout | undefined;
  #waiting: (() => void)[] = [];
  readonly #tasks = new Set<UpkeepTask>();

  constructor(options: GraphUpkeepOptions) {
    this.#options = options;
  }

  get linked(): number {
    return this.#linked;
  }

  /** Slots that were linked and swept so far. */
  get changed(): number {
    return this.#changed;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Whether slots are linked the first time or swept at present. */
  get isLinking(): boolean {
    return this.#isBusy && (this.#isDue || this.#underWay > 0);
  }

  /** Whether there is nothing left to be linked the first time or swept. */
  get isSettled(): boolean {
    return !this.isLinking && !this.#isHeld && !this.#isDue;
  }

  /** Slots that were linked a second time so far; it changes when all are. */
  get refined(): number {
    return this.#refined;
  }

  /** Whether nearly all were linked twice. */
  get isRefined(): boolean {
    return this.#states.linkedOnce * refinedPart <= this.#linked;
  }

  /** Settles when there is nothing left to be linked, once or again, or nothing more is done. */
  async settled(): Promise<void> {
    while (!this.#isOver && (this.#isBusy || this.#states.linkedOnce > 0 || !this.isSettled)) {
      const told = new Promise<void>((resolve) => this.#waiting.push(resolve));
      if (!this.#isBusy && !this.#isToTryAgain) this.#begin();
      await told;
    }
  }

  /** A slot holds a vector from now on. */
  add(slot: number, time: number): void {
    this.#states.set(slot, unlinked);
    this.#addedAt = time;
    if (!this.#hasPending) this.#pendingSince = this.#addedAt;
    this.#pending.push(slot);
    this.#wake();
  }

  /** A slot holds nothing any more that is seen; whether no link leads to it, so that it may be used again at once. */
  retire(slot: number): boolean {
    const state = this.#states.of(slot);
    if (state === linking) this.#states.set(slot, dyingWhileLinking);
    else if (state === relinking) this.#states.set(slot, dyingWhileRelinking);
    else if (state === linked || state === relinked) this.#retire(slot);
    else if (state === unlinked) this.#states.set(slot, none);
    return state === unlinked || state === none;
  }

  /** Nothing is begun until `resume`; nothing is under way. */
  hold(): void {
    this.#isHeld = true;
  }

  resume(): void {
    this.#isHeld = false;
    this.#wakeIfDue();
    this.#tellWaiting();
  }

  /** While it is held: a slot that was linked elsewhere, once or twice, and holds a vector or has died since. */
  adopt(slot: number, lives: boolean, isRefined: boolean): void {
    this.#states.set(slot, lives ? (isRefined ? relinked : linked) : retired);
    if (!lives) this.#retired.push(slot);
    this.#linked++;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const task of this.#tasks) this.#options.queue.cancel(task, closedError("the index"));
    this.#tellWaiting();
  }

  #retire(slot: number): void {
    this.#states.set(slot, retired);
    this.#retired.push(slot);
    this.#wake();
  }

  /** The memory may be another engine's once the queue is closed. */
  get #isOver(): boolean {
    return this.#isClosed || this.#options.queue.closed;
  }

  get #hasPending(): boolean {
    return this.#pending.size > 0;
  }

  get #isDue(): boolean {
    return this.#hasPending || this.#isSweepDue;
  }

  get #isSweepDue(): boolean {
    return this.#retired.length >= Math.max(sweptLeast, this.#linked / sweptPart);
  }

  /** While much is written, linking would slow it down: it waits for a pause, but not for ever. */
  #wake(delayMs: number = pauseMs): void {
    if (this.#isBusy || this.#isHeld || this.#isOver || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#beginOrWait(), delayMs);
    this.#timer.unref();
  }

  #wakeIfDue(): void {
    if (this.#isDue || this.#states.linkedOnce > 0) this.#wake();
  }

  #beginOrWait(): void {
    this.#timer = undefined;
    const hasWaited = performance.now() - this.#pendingSince >= waitMostMs;
    if ((hasWaited && this.#isDue) || !this.#areWritesBusy) this.#begin();
    else this.#wake();
  }

  get #areWritesBusy(): boolean {
    return performance.now() - this.#addedAt < pauseMs;
  }

  /** To link again has time, unless somebody waits for it. */
  get #mayRefine(): boolean {
    return this.#states.linkedOnce > 0 && (this.#waiting.length > 0 || !this.#areWritesBusy);
  }

  #begin(): void {
    if (this.#isHeld) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isToTryAgain = false;
    void this.#work();
  }

  /** Never rejects: what could not be done is tried again after a while. */
  async #work(): Promise<void> {
    this.#isBusy = true;
    let isDone = false;
    try {
      while (!this.#isOver && (this.#isDue || this.#mayRefine)) {
        if (this.#isSweepDue) await this.#sweep();
        else await this.#link();
      }
      isDone = true;
    } catch {
      // A worker that broke down, or memory that is not to be had: it does not stay like that for ever.
    } finally {
      this.#isBusy = false;
      this.#isToTryAgain = !isDone;
      this.#options.released();
      this.#tellWaiting();
      if (!isDone) this.#wake(againMs);
      else this.#wakeIfDue();
    }
  }

  /** Until a sweep is due: with all threads, or with one while much is written. */
  async #link(): Promise<void> {
    const { lanes } = this.#options.queue;
    await settleAll(Array.from({ length: lanes }, (_, lane) => this.#linkInTurn(lane)));
    if (this.#uncounted === 0 || this.#states.linkedOnce > 0) return;
    this.#refined += this.#uncounted;
    this.#uncounted = 0;
    this.#options.refined();
  }

  async #linkInTurn(lane: number): Promise<void> {
    while (!this.#isOver && !this.#isSweepDue && (lane === 0 || !this.#areWritesBusy)) {
      const batch = this.#takeBatch() ?? this.#takeRefined();
      if (batch === undefined) return;
      const { graph, slots } = batch;
      let isDone = false;
      try {
        const numbers = Uint32Array.from(slots, (slot) => graph.numberOf(slot));
        await this.#run(graph, { kind: "link", slots: numbers });
        isDone = true;
      } finally {
        for (const slot of slots) this.#afterLinking(slot, isDone);
      }
    }
  }

  /** Some slots of one graph that live. */
  #takeBatch(): Batch | undefined {
    const { graphOf, slots: all } = this.#options;
    let graph: Graph | undefined;
    const slots: number[] = [];
    for (; this.#pending.first !== undefined && slots.length < batchMax; this.#pending.shift()) {
      const slot = this.#pending.first;
      if (this.#states.of(slot) !== unlinked || !all.holds(slot)) continue;
      const own = graphOf(slot);
      if (own === undefined) continue;
      graph ??= own;
      if (own !== graph) break;
      this.#states.set(slot, linking);
      slots.push(slot);
    }
    this.#underWay += slots.length;
    return graph === undefined ? undefined : { graph, slots };
  }

  /** The same of slots that are linked, as long as nothing else is to be done. */
  #takeRefined(): Batch | undefined {
    if (this.#isDue || !this.#mayRefine) return undefined;
    let graph: Graph | undefined;
    const slots: number[] = [];
    while (slots.length < batchMax) {
      const slot = this.#states.firstLinkedOnce;
      if (slot === undefined) break;
      const own = this.#options.graphOf(slot) as Graph;
      graph ??= own;
      if (own !== graph) break;
      this.#states.set(slot, relinking);
      slots.push(slot);
    }
    return graph === undefined ? undefined : { graph, slots };
  }

  /** Where it was not done nobody knows how far it came: the slot may be linked, and is linked once more. */
  #afterLinking(slot: number, isDone: boolean): void {
    const state = this.#states.of(slot);
    if (state === relinking || state === dyingWhileRelinking) {
      if (state === dyingWhileRelinking) this.#retire(slot);
      else this.#states.set(slot, isDone ? relinked : linked);
      this.#uncounted++;
      return;
    }
    this.#underWay--;
    const isDying = state === dyingWhileLinking;
    if (isDying || isDone) {
      this.#linked++;
      this.#changed++;
      this.#options.linked(slot);
      if (isDying) this.#retire(slot);
      else this.#states.set(slot, linked);
    } else {
      this.#states.set(slot, unlinked);
      this.#pending.push(slot);
    }
  }

  /** Takes all links to the retired away; then they are free. */
  async #sweep(): Promise<void> {
    const { slots, graphOf } = this.#options;
    const first = graphOf(this.#retired[0] as number);
    const swept = this.#retired.filter((slot) => graphOf(slot) === first).slice(0, sweptMost);
    const isSwept = new Set(swept);
    if (first !== undefined) await this.#sweepOut(first, swept);
    this.#retired = this.#retired.filter((slot) => !isSwept.has(slot));
    for (const slot of swept) {
      this.#states.set(slot, none);
      this.#linked--;
      this.#changed++;
      slots.release(slot);
    }
  }

  async #sweepOut(graph: Graph, swept: readonly number[]): Promise<void> {
    const { arena, address, reach } = graph;
    const bytes = reach + 64;
    const map = arena.allocate(bytes, "search");
    if (map === undefined) throw noMemory(bytes);
    try {
      arena.bytes.fill(0, map, map + bytes);
      for (const slot of swept) arena.bytes[map + graph.numberOf(slot)] = deadSlot;
      const share = Math.ceil(reach / this.#options.queue.lanes / 64) * 64;
      const parts: Promise<void>[] = [];
      for (let from = 0; from < reach; from += share) {
        const to = Math.min(reach, from + share);
        parts.push(this.#run(graph, { kind: "sweep", from, to, map }));
      }
      await settleAll(parts);
      arena.kernels.chooseEntry(address, map, reach);
      this.#noteLost(graph, arena.bytes.subarray(map, map + reach));
      for (const slot of swept) arena.kernels.emptyLists(address, graph.numberOf(slot), 1);
    } finally {
      arena.free(map, bytes);
    }
  }

  #noteLost(graph: Graph, map: Uint8Array): void {
    for (let at = map.indexOf(lostSlot); at >= 0; at = map.indexOf(lostSlot, at + 1)) {
      const slot = graph.slotOf(at);
      if (this.#states.of(slot) !== linked && this.#states.of(slot) !== relinked) continue;
      this.#states.set(slot, none);
      this.#linked--;
      this.#options.lost(slot);
      this.add(slot, performance.now());
    }
  }

  async #run({ arena, walks, reach }: Graph, upkeep: Upkeep): Promise<void> {
    const task = new UpkeepTask({ arena, walks, reach, width: linkWidth, upkeep });
    this.#tasks.add(task);
    try {
      this.#options.queue.submitBackground(task);
      await task.done;
    } finally {
      this.#tasks.delete(task);
    }
  }

  #tellWaiting(): void {
    for (const tell of this.#waiting.splice(0)) tell();
  }
}

/** Some slots of one graph. */
type Batch = { readonly graph: Graph; readonly slots: readonly number[] };

const linkWidth = 200;
const batchMax = 128;
/** Where fewer than one in so many were linked only once, it is not worth while to link all again. */
const refinedPart = 8;
const pauseMs = 100;
const waitMostMs = 5_000;
const againMs = 1_000;
/** A sweep looks at all lists: it waits until it is for so many, or such a part of what is linked. */
const sweptLeast = 64;
const sweptPart = 32;
const sweptMost = 65_536;
