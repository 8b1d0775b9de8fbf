import type { Arena } from "../kernels/arena.js";
import type { Arenas } from "../kernels/arenas.js";
import * as layout from "../kernels/layout.js";
import type { SearchQueue } from "../kernels/search-queue.js";
import type { Metric } from "../model/metric.js";
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

  constructor(options: GraphsOptions) {
    const { slots, queue, metric, released } = options;
    this.metric = metric;
    this.#options = options;
    this.#upkeep = new GraphUpkeep({
      queue,
      slots,
      released,
      graphOf: (slot) => this.#graphOf(slot),
      linked: (slot) => this.#unlinked.delete(slot),
      lost: (slot) => this.#unlinked.add(slot),
    });
  }

  /** Slots that are linked, those that have died since among them. */
  get linked(): number {
    return this.#upkeep.linked;
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

  /** Settles when there is nothing left to be linked or swept. */
  settled(): Promise<void> {
    return this.#upkeep.settled();
  }

  used(slot: number, count: number): void {
    if (!this.#isActive) {
      if (this.#options.slots.size + count < this.#options.least) return;
      this.#activate();
      return;
    }
    const run = this.#options.slots.runOfBlock(slot >>> 6);
    const first = slot - run.firstBlock * layout.blockSlots;
    for (let i = 0; i < count; i++) if (run.holds(first + i)) this.#add(slot + i);
  }

  mayBeUsedAgain(slot: number): boolean {
    if (!this.#isActive) return true;
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
    for (const run of this.#options.slots.runs) {
      const first = run.firstBlock * layout.blockSlots;
      for (let i = 0; i < run.used; i++) if (run.holds(i)) this.#add(first + i);
    }
  }

  #add(slot: number): void {
    this.#unlinked.add(slot);
    const run = this.#options.slots.runOfBlock(slot >>> 6);
    if (!this.#reached.has(run)) {
      this.#reached.add(run);
      this.#reach(run);
    }
    if (this.#graphs.has(run.arena)) this.#upkeep.add(slot);
  }

  #reach(run: Run): void {
    const { arenas, slots } = this.#options;
    let graph = this.#graphs.get(run.arena);
    if (graph === undefined) {
      graph = Graph.make(arenas, run, slots.sizes, this.metric);
      if (graph === undefined) return;
      this.#graphs.set(run.arena, graph);
    }
    graph.extend(run);
  }

  #graphOf(slot: number): Graph | undefined {
    const graph = this.#graphs.get(this.#options.slots.runOfBlock(slot >>> 6).arena);
    return graph?.reaches(slot) ? graph : undefined;
  }
}

export interface GraphPlan {
  readonly graphs: readonly Graph[];
  readonly unlinked: UnlinkedSlots;
}
