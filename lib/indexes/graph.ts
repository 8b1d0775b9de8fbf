import type { Arena } from "../kernels/arena.js";
import type { Arenas, Place } from "../kernels/arenas.js";
import * as layout from "../kernels/layout.js";
import { metricCodes } from "../kernels/metric-codes.js";
import { Walks } from "../kernels/walks.js";
import type { Metric } from "../model/metric.js";
import { bytesPerSlot, type Run, runBytesMax, type SlotSizes } from "./run.js";

/** The memory of the links among the slots of one arena; what is in it, kernels/assembly/graph.ts says. */
export class Graph {
  readonly arena: Arena;
  /** What the kernels know it by. */
  readonly address: number;
  readonly walks: Walks;
  readonly #arenas: Arenas;
  readonly #places: Place[];
  readonly #recordStride: number;
  readonly #firstBlock: number;
  readonly #blocksMax: number;
  #blocks = 0;

  private constructor(arenas: Arenas, place: Place, sizes: SlotSizes, options: GraphOptions) {
    this.arena = place.arena;
    this.address = place.address;
    this.#arenas = arenas;
    this.#places = [place];
    this.#recordStride = sizes.recordStride;
    this.#firstBlock = options.firstBlock;
    this.#blocksMax = options.blocksMax;
    this.#layOut(sizes, options.metric);
    this.walks = new Walks(this.arena, this.address);
  }

  /** One that reaches no slot yet; undefined where there is no memory for it beside that run. */
  static make(arenas: Arenas, run: Run, sizes: SlotSizes, metric: Metric): Graph | undefined {
    const { keepsRows } = run;
    const slotBytes = bytesPerSlot(sizes, keepsRows);
    const bytes = Math.min(arenaBytes, arenas.memoryBytes);
    const runBytes = (runBytesMax * slotBytes) / bytesPerSlot(sizes, true);
    const blockBytes = layout.blockSlots * (slotBytes + linkBytesPerSlot);
    // The last block of a run may hold few slots.
    const blocksMax = Math.ceil(bytes / blockBytes) + Math.ceil(bytes / runBytes) + smallRuns;
    const place = arenas.takeIn(run.arena, tablesAt + tableCount * 4 * blocksMax);
    if (place === undefined) return undefined;
    return new Graph(arenas, place, sizes, { metric, blocksMax, firstBlock: run.firstBlock });
  }

  get bytes(): number {
    return this.#places.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Slots below this may be led to. */
  get reach(): number {
    return this.#blocks * layout.blockSlots;
  }

  /** Whether walks can come to this slot of its arena. */
  reaches(slot: number): boolean {
    const number = this.numberOf(slot);
    if (number < 0 || number >= this.reach) return false;
    return this.#entry(layout.graphRuns, number >>> 6) !== 0;
  }

  /** The number by which the graph knows a slot. */
  numberOf(slot: number): number {
    return slot - this.#firstBlock * layout.blockSlots;
  }

  slotOf(number: number): number {
    return number + this.#firstBlock * layout.blockSlots;
  }

  /**
   * Reaches the slots of a run of its arena, which have no links yet, or get them with `adoptLists`; false where there
   * is no memory for that.
   */
  extend(run: Run, { getLinks = false }: { readonly getLinks?: boolean } = {}): boolean {
    const first = run.firstBlock - this.#firstBlock;
    if (first < 0 || first + run.blocks > this.#blocksMax) return false;
    const linkBytes = run.blocks * layout.blockSlots * layout.linksBytes;
    const place = this.#arenas.takeIn(this.arena, linkBytes + run.blocks * layout.upperBytes);
    if (place === undefined) return false;
    this.#places.push(place);
    const { words } = this.arena;
    words[(run.address + layout.runFirstBlock) >>> 2] = first;
    const records = words[(run.address + layout.runRecords) >>> 2] as number;
    for (let i = 0; i < run.blocks; i++) {
      this.#enter(layout.graphRuns, first + i, run.address);
      const record = i * layout.blockSlots * this.#recordStride;
      this.#enter(layout.graphRecords, first + i, records + record);
      const link = i * layout.blockSlots * layout.linksBytes;
      this.#enter(layout.graphLinks, first + i, place.address + link);
      this.#enter(layout.graphUppers, first + i, place.address + linkBytes + i * layout.upperBytes);
    }
    // Of the last block in use some lists may not come, and of those behind it none.
    const whole = getLinks ? (run.used - 1) >>> 6 : 0;
    const slots = (run.blocks - whole) * layout.blockSlots;
    this.arena.kernels.emptyLists(this.address, (first + whole) * layout.blockSlots, slots);
    this.#blocks = Math.max(this.#blocks, first + run.blocks);
    return true;
  }

  /** Where the lists of a run's slots begin, on the lowest level and above; undefined where it does not reach them. */
  listsOf(run: Run): { links: number; uppers: number } | undefined {
    const block = run.firstBlock - this.#firstBlock;
    if (run.arena !== this.arena || block < 0 || block >= this.#blocks) return undefined;
    const links = this.#entry(layout.graphLinks, block);
    return links === 0 ? undefined : { links, uppers: this.#entry(layout.graphUppers, block) };
  }

  /** Nobody walks through it any more. */
  free(): void {
    this.walks.free();
    for (const place of this.#places) this.#arenas.give(place);
    this.#places.length = 0;
  }

  #layOut({ dimension, recordStride }: SlotSizes, metric: Metric): void {
    this.arena.bytes.fill(0, this.address, this.address + tablesAt);
    this.#set(layout.graphDimension, dimension);
    this.#set(layout.graphMetric, metricCodes[metric]);
    this.#set(layout.graphRecordStride, recordStride);
    for (const [i, field] of tables.entries()) {
      const at = this.address + tablesAt + i * this.#blocksMax * 4;
      this.#set(field, at);
      this.arena.words.fill(0, at >>> 2, (at >>> 2) + this.#blocksMax);
    }
    this.arena.kernels.layGraph(this.address);
  }

  #entry(table: number, block: number): number {
    const { words } = this.arena;
    return words[((words[(this.address + table) >>> 2] as number) >>> 2) + block] as number;
  }

  #enter(table: number, block: number, address: number): void {
    const { words } = this.arena;
    words[((words[(this.address + table) >>> 2] as number) >>> 2) + block] = address;
  }

  #set(field: number, value: number): void {
    this.arena.words[(this.address + field) >>> 2] = value;
  }
}

interface GraphOptions {
  readonly metric: Metric;
  readonly blocksMax: number;
  readonly firstBlock: number;
}

/** What the links of a slot take. */
export const linkBytesPerSlot: number = layout.linksBytes + layout.upperBytes / layout.blockSlots;

const tables = [layout.graphRuns, layout.graphRecords, layout.graphLinks, layout.graphUppers];
const tableCount = tables.length;
const tablesAt = Math.ceil(layout.graphBytes / 64) * 64;
const arenaBytes = 2 ** 32;
/** There are fewer runs below \`runBytesMax\`. */
const smallRuns = 64;
