import type { Arenas } from "../kernels/arenas.js";
import type { SearchQueue } from "../kernels/search-queue.js";
import { closedError } from "../model/errors.js";
import type { Metric } from "../model/metric.js";
import type { Beam } from "./beam.js";
import { FilteredSearch } from "./filtered-search.js";
import { GraphLinks } from "./graph-links.js";
import { type GraphPlan, Graphs } from "./graphs.js";
import { IndexProbe } from "./index-probe.js";
import { RecallKeeper } from "./recall-keeper.js";
import { RunsImage } from "./runs-image.js";
import { comparedMs, graphLeastOf, scanMs } from "./search-costs.js";
import { SlotSearches } from "./slot-searches.js";
import { SlotSelection } from "./slot-selection.js";
import { Slots } from "./slots.js";
import type {
  GraphState,
  IndexSearch,
  Nearest,
  SeenVector,
  Selection,
  StoredRows,
  VectorBlock,
  VectorIndex,
} from "./vector-index.js";

export interface SlotVectorIndexOptions {
  readonly arenas: Arenas;
  readonly queue: SearchQueue;
  readonly dimension: number;
  /** What its graphs are made for. */
  readonly metric: Metric;
  /** Where its float32 rows are; in memory where this is absent. */
  readonly rows?: StoredRows | undefined;
  /** From so many vectors on there are graphs. */
  readonly graphLeast?: number | undefined;
  /** Whether it keeps a sample of the queries that come, to measure recall with; true. */
  readonly keepsQueries?: boolean | undefined;
}

/**
 * Finds the nearest by walks through graphs, where that is known to give the recall asked for and is cheaper; else by
 * looking at every vector that the search sees.
 */
export class SlotVectorIndex implements VectorIndex {
  readonly image: RunsImage;
  readonly #slots: Slots;
  readonly #queue: SearchQueue;
  readonly #graphs: Graphs;
  readonly #searches: SlotSearches;
  readonly #recall: RecallKeeper;
  #closed = false;

  constructor({
    arenas,
    queue,
    dimension,
    metric,
    rows,
    graphLeast,
    keepsQueries = true,
  }: SlotVectorIndexOptions) {
    const slots = new Slots(arenas, dimension, rows === undefined);
    const unused = (): void => this.#freeWhenUnused();
    this.#slots = slots;
    this.#queue = queue;
    const least = graphLeast ?? graphLeastOf(dimension);
    const refined = (): void => this.#recall.look();
    this.#graphs = new Graphs({ arenas, queue, slots, metric, least, released: unused, refined });
    this.#searches = new SlotSearches(slots, queue, unused);
    this.#recall = new RecallKeeper(
      dimension,
      new IndexProbe({ slots, graphs: this.#graphs, searches: this.#searches, rows }),
    );
    this.#recall.keepsQueries = keepsQueries;
    this.image = new RunsImage(slots, new GraphLinks(slots, this.#graphs, this.#recall));
    slots.watch(this.#graphs);
  }

  /** Settles when all that lives is linked, and was once more. */
  async linked(): Promise<void> {
    await this.#graphs.settled();
  }

  /** Settles when it is known besides what beams give which recall. */
  async calibrated(): Promise<void> {
    await this.#graphs.settled();
    await this.#recall.settled();
  }

  get keepsQueries(): boolean {
    return this.#recall.keepsQueries;
  }

  set keepsQueries(keeps: boolean) {
    this.#recall.keepsQueries = keeps;
  }

  get graph(): GraphState {
    return { linked: this.#graphs.linked, recall: this.#recall.standing };
  }

  get size(): number {
    return this.#slots.size;
  }

  get bytes(): number {
    return this.#slots.bytes + this.#graphs.bytes + this.#recall.bytes;
  }

  add(ordinal: number, vector: Float32Array | Uint8Array, born: number): void {
    this.#checkOpen();
    this.#slots.add(ordinal, vector, born);
  }

  addBlock(block: VectorBlock, born: number): void {
    this.#checkOpen();
    this.#slots.addBlock(block, born);
  }

  has(ordinal: number): boolean {
    return this.#slots.slotOf(ordinal) !== undefined;
  }

  kill(ordinal: number, died: number): void {
    if (!this.#closed) this.#slots.kill(ordinal, died);
  }

  reclaim(sequence: number): void {
    if (!this.#closed) this.#slots.reclaim(sequence);
  }

  select(): Selection {
    return new SlotSelection(this.#slots);
  }

  search(request: IndexSearch, signal?: AbortSignal): Promise<Nearest[]> {
    try {
      this.#checkOpen();
      this.#queue.check(request.targets.length);
      return this.#carryOut(request, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  seenAt(sequence: number): Iterable<SeenVector> {
    return this.#slots.seenAt(sequence);
  }

  close(): void {
    this.#closed = true;
    this.#recall.close();
    this.#graphs.close();
    this.#freeWhenUnused();
  }

  #checkOpen(): void {
    if (this.#closed || this.#queue.closed) throw closedError("the index");
  }

  #carryOut(request: IndexSearch, signal?: AbortSignal): Promise<Nearest[]> {
    const plan = this.#planOf(request);
    const isFiltered = request.within !== undefined || request.without !== undefined;
    if (plan !== undefined && isFiltered && request.beam === undefined) {
      return this.#filtered(request, plan).run(signal);
    }
    const beam = plan && this.#beamFor(request);
    if (plan !== undefined && beam !== undefined) {
      return this.#searches.walkOrExact({ request, plan, beam }, signal);
    }
    return this.#searches.exact(request, signal);
  }

  /** Undefined where only looking at everything gives what is asked for. */
  #planOf({ metric, limit, recall = 1, beam }: IndexSearch): GraphPlan | undefined {
    if (recall >= 1 && beam === undefined) return undefined;
    if (metric !== this.#graphs.metric) return undefined;
    return limit * limitPart > this.#slots.size ? undefined : this.#graphs.plan;
  }

  /** Undefined where no beam is known to give that recall, or looking at everything is as cheap. */
  #beamFor({ beam, limit, recall = 1, targets, own }: IndexSearch): Beam | undefined {
    if (beam !== undefined) return beam;
    if (own === undefined) this.#recall.offer(targets);
    const found = this.#recall.beamFor(limit, recall);
    if (found === undefined) return undefined;
    const { dimension, size } = this.#slots;
    const distances = this.#recall.costOf(limit, found) ?? size;
    const isCheaper = comparedMs(distances, found.width, dimension) < scanMs(size, dimension, 1);
    return isCheaper ? found : undefined;
  }

  #filtered(request: IndexSearch, plan: GraphPlan): FilteredSearch {
    const { targets, recall = 1, own } = request;
    const [slots, searches] = [this.#slots, this.#searches];
    const selected = searches.selectedBy(request);
    const spread = (selected.within ?? selected.without)?.spread(selected.within === undefined);
    if (own === undefined) this.#recall.offer(targets);
    const beamFor = (reach: number): Beam | undefined =>
      reach * limitPart > slots.size ? undefined : this.#recall.beamFor(reach, recall);
    return new FilteredSearch({ slots, searches, plan, request, selected, spread, beamFor });
  }

  #freeWhenUnused(): void {
    if (!this.#closed || this.#searches.areRunning || this.#graphs.isBusy) return;
    this.#graphs.free();
    this.#slots.free();
  }
}

/** Who asks for a larger part of all looks at all. */
const limitPart = 8;
