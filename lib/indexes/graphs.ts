import type { Arena } from "../kernels/arena.js";
import type { Arenas } from "../kernels/arenas.js";
import * as layout from "../kernels/layout.js";
import type { SearchQueue } from "../kernels/search-queue.js";
import type { Metric } from "../model/metric.js";
import { adoptLinks } from "./adopt-links.js";
import { Graph } from "./graph.js";
import { GraphUpkeep } from "./graph-upkeep.js";
import type { Run } from "./run.js";
import type { Slots, SlotWatcher } from "./slots.js";
import { UnlinkedSlots } from "./unlinked-slots.js";

export interface GraphsOptions {
  readonly arenas: Arenas;
  readonly queue: SearchQueue;
  readonly slots: Slots;
  readonly metric: Metric;
  /** From so many vectors on there are graphs. */
  readonly least: number;
  /** Called when upkeep that was under way has ended. */
  readonly released: () => void;
  /** Called when links were chosen anew, so that searches find another share. */
  readonly refined?: (() => void) | undefined;
}

/**
 * The graphs over the slots of one index, one in each memory: slots are linked in the background, and until then
 * searches look at them one by one. What has died stays linked until a sweep has taken all links to it away.
 */
export class Graphs implements SlotWatcher {
  readonly metric: Metric;
  readonly #options: GraphsOptions;
  readonly #graphs = new Map<Arena, Graph>();
  readonly #reached = new Set<Run>();
  readonly #unlinked = new UnlinkedSlots();
  readonly #upkeep: GraphUpkeep;
  #isActive = false;
  /** Links of the first slots of this graph come from elsewhere. */
  #awaited: AwaitedLinks | undefined;
  /** Slots that nobody sees any more since these links are awaited. */
  #unseen: number[] = [];

  constructor(options: GraphsOptions) {
    const { slots, queue, metric, released, refined = () => {} } = options;
    this.metric = metric;
    this.#options = options;
    this.#upkeep = new GraphUpkeep({
      queue,
      slots,
      released,
      refined,
      graphOf: (slot) => this.#graphOf(slot),
      linked: (slot) => this.#unlinked.delete(slot),
      lost: (slot) => this.#unlinked.add(slot),
    });
  }

  /** Slots that are linked, those that have died since among them. */
  get linked(): number {
    return this.#upkeep.linked;
  }

  /** Slots that came into the graphs or went so far. */
  get changed(): number {
    return this.#upkeep.changed;
  }

  /** One that leads to every slot, by the slots' own numbers. */
  get whole(): Graph | undefined {
    const [graph] = this.#graphs.values();
    if (graph === undefined || this.#graphs.size > 1 || graph.slotOf(0) !== 0) return undefined;
    const { runs } = this.#options.slots;
    return runs.every((run) => graph.listsOf(run) !== undefined) ? graph : undefined;
  }

  /** Where the lists of a run's slots are. */
  listsOf(run: Run): { links: number; uppers: number } | undefined {
    return this.#graphs.get(run.arena)?.listsOf(run);
  }

  get bytes(): number {
    let bytes = 0;
    for (const graph of this.#graphs.values()) bytes += graph.bytes;
    return bytes;
  }

  /** Whether upkeep is under way, so that the memory must stay. */
  get isBusy(): boolean {
    return this.#upkeep.isBusy;
  }

  /** Whether slots come into the graphs or go at present. */
  get areGrowing(): boolean {
    return this.#upkeep.isLinking;
  }

  /** Slots that were linked a second time so far, which changes what searches find. */
  get refined(): number {
    return this.#upkeep.refined;
  }

  /** Whether nearly all slots were linked twice. */
  get isRefined(): boolean {
    return this.#upkeep.isRefined;
  }

  /** Whether links come from elsewhere. */
  get areExpected(): boolean {
    return this.#awaited !== undefined;
  }

  /** Whether there is nothing left to be linked the first time or swept. */
  get isSettled(): boolean {
    return this.#upkeep.isSettled;
  }

  /** Settles when there is nothing left to be linked, once or again, or swept. */
  settled(): Promise<void> {
    return this.#upkeep.settled();
  }

  used(slot: number, count: number): void {
    if (this.#awaited !== undefined && slot < this.#awaited.end) return;
    if (!this.#isActive) {
      if (this.#options.slots.size + count < this.#options.least) return;
      this.#activate();
      return;
    }
    const run = this.#options.slots.runOfBlock(slot >>> 6);
    this.#addHeld(run, slot - run.firstBlock * layout.blockSlots, count);
  }

  mayBeUsedAgain(slot: number): boolean {
    if (!this.#isActive) return true;
    if (this.#awaited !== undefined) {
      this.#unseen.push(slot);
      return false;
    }
    const isFree = this.#upkeep.retire(slot);
    if (isFree) this.#unlinked.delete(slot);
    return isFree;
  }

  /**
   * The graphs to walk through and what else is to be looked at in their memories; undefined where it is better to look
   * at everything.
   */
  get plan(): GraphPlan | undefined {
    const { slots } = this.#options;
    if (this.linked === 0 || this.#unlinked.size * 4 > slots.size) return undefined;
    return { graphs: [...this.#graphs.values()], unlinked: this.#unlinked };
  }

  /**
   * The links of the slots that were laid come from elsewhere, to where the graph has them: until then nothing is
   * linked. False where no graph can reach all of them.
   */
  expect(): boolean {
    const { runs } = this.#options.slots;
    const last = runs.at(-1);
    if (this.#isActive || last === undefined) return false;
    for (const run of runs) {
      this.#reached.add(run);
      this.#reach(run, { getLinks: true });
    }
    const graph = this.whole;
    if (graph === undefined) {
      this.free();
      return false;
    }
    this.#isActive = true;
    this.#awaited = { graph, end: last.firstBlock * layout.blockSlots + last.used };
    this.#upkeep.hold();
    return true;
  }

  /**
   * The slots that were laid are not linked before they are forgone, which takes memory and time that a first search
   * can do without. False where there are too few of them.
   */
  expectNone(): boolean {
    const { slots, least } = this.#options;
    const last = slots.runs.at(-1);
    if (this.#isActive || last === undefined || slots.laid < least) return false;
    this.#isActive = true;
    this.#awaited = { graph: undefined, end: last.firstBlock * layout.blockSlots + last.used };
    this.#upkeep.hold();
    return true;
  }

  /**
   * They are there, as far as they are any good, and were linked once or twice. In small steps.
   *
   * @throws LIMIT_EXCEEDED
   */
  *adopt(nextOrdinal: number, isRefined = false): Generator<undefined, void, undefined> {
    const { slots } = this.#options;
    if (this.#awaited?.graph === undefined) return;
    const { graph, end } = this.#awaited;
    const map = yield* adoptLinks({ graph, runs: slots.runs, end, nextOrdinal });
    const retired = new Set<number>();
    for (let slot = 0; slot < end; slot++) {
      if (slot % slotsPerStep === 0) yield;
      const state = map[slot] as number;
      const lives = (state & layout.absentSlot) === 0;
      if (lives && state === (layout.linkedSlot | layout.ledToSlot)) {
        this.#upkeep.adopt(slot, true, isRefined);
      } else if ((state & layout.absentSlot) === layout.deadSlot) {
        if (state === layout.deadSlot) continue;
        this.#upkeep.adopt(slot, false, isRefined);
        retired.add(slot);
      } else this.#addIfHeld(slot);
    }
    slots.withhold(retired);
    this.#resume();
  }

  /** They do not come: all that was laid and lives is linked. In small steps. */
  *forgo(): Generator<undefined, void, undefined> {
    if (this.#awaited === undefined) return;
    const { graph, end } = this.#awaited;
    graph?.arena.kernels.layGraph(graph.address);
    for (let slot = 0; slot < end; slot += slotsPerStep) {
      const next = Math.min(end, slot + slotsPerStep);
      graph?.arena.kernels.emptyLists(graph.address, slot, next - slot);
      for (let one = slot; one < next; one++) this.#addIfHeld(one);
      yield;
    }
    // They died meanwhile, and may still be seen.
    for (const slot of this.#options.slots.dead) this.#unlinked.add(slot);
    this.#resume();
  }

  #resume(): void {
    this.#awaited = undefined;
    for (const slot of this.#unseen.splice(0)) {
      if (this.mayBeUsedAgain(slot)) this.#options.slots.release(slot);
    }
    this.#upkeep.resume();
  }

  /** Ends what is under way. */
  close(): void {
    this.#upkeep.close();
  }

  /** Nobody reads or writes them any more. */
  free(): void {
    for (const graph of this.#graphs.values()) graph.free();
    this.#graphs.clear();
    this.#reached.clear();
  }

  /** All that lives already is to be linked; the dead are never, and may still be seen. */
  #activate(): void {
    this.#isActive = true;
    for (const slot of this.#options.slots.dead) this.#unlinked.add(slot);
    for (const run of this.#options.slots.runs) this.#addHeld(run, 0, run.used);
  }

  #addIfHeld(slot: number): void {
    const run = this.#options.slots.runOfBlock(slot >>> 6);
    const index = slot - run.firstBlock * layout.blockSlots;
    if (index < run.capacity) this.#addHeld(run, index, 1);
  }

  /** What lives in these slots of a run is to be linked. */
  #addHeld(run: Run, index: number, count: number): void {
    if (!this.#reached.has(run)) {
      this.#reached.add(run);
      this.#reach(run);
    }
    const first = run.firstBlock * layout.blockSlots;
    const isReached = this.#graphs.has(run.arena);
    const time = performance.now();
    run.forEachHeld(index, count, (held) => {
      this.#unlinked.add(first + held);
      if (isReached) this.#upkeep.add(first + held, time);
    });
  }

  #reach(run: Run, options?: { readonly getLinks: boolean }): void {
    const { arenas, slots } = this.#options;
    let graph = this.#graphs.get(run.arena);
    if (graph === undefined) {
      graph = Graph.make(arenas, run, slots.sizes, this.metric);
      if (graph === undefined) return;
      this.#graphs.set(run.arena, graph);
    }
    graph.extend(run, options);
  }

  #graphOf(slot: number): Graph | undefined {
    const graph = this.#graphs.get(this.#options.slots.runOfBlock(slot >>> 6).arena);
    return graph?.reaches(slot) ? graph : undefined;
  }
}

interface AwaitedLinks {
  /** That they come into; undefined where none come. */
  readonly graph: Graph | undefined;
  /** Those that were laid are below. */
  readonly end: number;
}

export interface GraphPlan {
  readonly graphs: readonly Graph[];
  readonly unlinked: UnlinkedSlots;
}

const slotsPerStep = 4_096;
