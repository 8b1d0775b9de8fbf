import type { Arenas } from "../kernels/arenas.js";
import { type JobResult, type JobWalk, SearchJob } from "../kernels/search-job.js";
import type { SearchQueue } from "../kernels/search-queue.js";
import { SearchTask } from "../kernels/search-task.js";
import { Turn } from "../kernels/turns.js";
import { onAbort } from "../model/abort-listeners.js";
import { AhnlichError, closedError, toAhnlichError } from "../model/errors.js";
import type { Metric } from "../model/metric.js";
import type { Beam } from "./beam.js";
import type { Graph } from "./graph.js";
import { type GraphPlan, Graphs } from "./graphs.js";
import { mergeNearest } from "./merge.js";
import { RunsImage } from "./runs-image.js";
import { picksOf, type SearchUnits, unitsOf } from "./search-units.js";
import { SlotSelection } from "./slot-selection.js";
import { Slots } from "./slots.js";
import type {
  IndexSearch,
  Nearest,
  SeenVector,
  Selection,
  VectorBlock,
  VectorIndex,
} from "./vector-index.js";

export interface ExactVectorIndexOptions {
  readonly arenas: Arenas;
  readonly queue: SearchQueue;
  readonly dimension: number;
  /** What its graphs are made for. */
  readonly metric: Metric;
  readonly graphLeast?: number | undefined;
}

/** Finds the nearest by looking at every vector that the search sees: no recall asks for more. */
export class ExactVectorIndex implements VectorIndex {
  readonly image: RunsImage;
  readonly #slots: Slots;
  readonly #queue: SearchQueue;
  readonly #graphs: Graphs;
  /** Searches and tasks that may still read the vectors. */
  #readers = 0;
  #closed = false;

  constructor({ arenas, queue, dimension, metric, graphLeast }: ExactVectorIndexOptions) {
    const slots = new Slots(arenas, dimension);
    this.#slots = slots;
    this.#queue = queue;
    this.image = new RunsImage(slots);
    const least = graphLeast ?? Math.ceil(graphWorthMs / expectedMs(1, dimension, 1));
    const released = (): void => this.#freeWhenUnread();
    this.#graphs = new Graphs({ arenas, queue, slots, metric, least, released });
    slots.watch(this.#graphs);
  }

  /** Settles when all that lives is linked. */
  linked(): Promise<void> {
    return this.#graphs.settled();
  }

  get size(): number {
    return this.#slots.size;
  }

  get bytes(): number {
    return this.#slots.bytes + this.#graphs.bytes;
  }

  add(ordinal: number, vector: Float32Array | Uint8Array, born: number): void {
    if (this.#closed || this.#queue.closed) throw closedError("the index");
    this.#slots.add(ordinal, vector, born);
  }

  addBlock(block: VectorBlock, born: number): void {
    if (this.#closed || this.#queue.closed) throw closedError("the index");
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

  async search(request: IndexSearch, signal?: AbortSignal): Promise<Nearest[]> {
    if (this.#closed) throw closedError("the index");
    if (signal?.aborted) throw signalError(signal);
    this.#queue.check(request.targets.length);
    const plan = this.#walkPlan(request);
    // The vectors stay until the last look at them, even if that is a second one.
    this.#readers++;
    try {
      const found = await this.#run(request, plan, signal);
      if (plan === undefined || found.every(({ isWhole }) => isWhole)) return found;
      if (this.#queue.closed) throw closedError("the index");
      if (signal?.aborted) throw signalError(signal);
      return await this.#run(request, undefined, signal);
    } finally {
      this.#readers--;
      this.#freeWhenUnread();
    }
  }

  async #run(
    request: IndexSearch,
    plan: GraphPlan | undefined,
    signal?: AbortSignal,
  ): Promise<Found[]> {
    const groups = plan === undefined ? this.#planExact(request) : this.#planWalks(request, plan);
    const tasks = groups.flatMap(({ tasks }) => tasks);
    const abort = (): void => {
      for (const task of tasks) if (signal) this.#queue.cancel(task, signalError(signal));
    };
    let forget: (() => void) | undefined;
    try {
      for (const task of tasks) this.#queue.submit(task);
      if (signal && tasks.some((task) => !task.settled)) forget = onAbort(signal, abort);
      const found: Found[] = [];
      for (const group of groups) found.push(...(await collect(group, request.limit)));
      return found;
    } catch (thrown) {
      const error = toAhnlichError(thrown);
      for (const task of tasks) this.#queue.cancel(task, error);
      throw error;
    } finally {
      forget?.();
    }
  }

  seenAt(sequence: number): Iterable<SeenVector> {
    return this.#slots.seenAt(sequence);
  }

  close(): void {
    this.#closed = true;
    this.#graphs.close();
    this.#freeWhenUnread();
  }

  /** The targets in groups that go through memory together; of each group a task for every part of it. */
  #planExact(request: IndexSearch): TargetGroup[] {
    const { targets } = request;
    const within = this.#checkSelection(request.within, "within");
    const without = this.#checkSelection(request.without, "without");
    const rows = within === undefined ? this.#slots.size : within.size;
    const width = this.#groupWidth(request.limit, rows);
    const groups: TargetGroup[] = [];
    const parts = this.#parts(request, rows, width);
    const units = rows === 0 ? [] : unitsOf(this.#slots, { within, without }, parts);
    const turn = new Turn();
    for (let at = 0; at < targets.length; at += width) {
      const some = targets.slice(at, at + width);
      const tasks = units.map((part) => this.#task(turn, request, some, part, undefined));
      groups.push({ targets: some.length, tasks });
    }
    return groups;
  }

  /** Undefined where it is better to look at everything. */
  #walkPlan({ beam, metric, limit, within, without }: IndexSearch): GraphPlan | undefined {
    if (beam === undefined || metric !== this.#graphs.metric) return undefined;
    if (within !== undefined || without !== undefined || limit * 8 > this.#slots.size)
      return undefined;
    return this.#graphs.plan;
  }

  /** The targets in groups, with a task for every memory: what is linked is walked to, the rest looked at. */
  #planWalks(request: IndexSearch, { graphs, unlinked }: GraphPlan): TargetGroup[] {
    const { targets, limit, beam } = request;
    const width = this.#groupWidth(limit, this.#slots.size);
    const parts = picksOf(this.#slots, unlinked);
    for (const { arena } of graphs) {
      if (parts.some((part) => part.arena === arena)) continue;
      parts.push({ arena, units: new Uint32Array(0), picked: true, rows: 0 });
    }
    const turn = new Turn();
    const groups: TargetGroup[] = [];
    for (let at = 0; at < targets.length; at += width) {
      const some = targets.slice(at, at + width);
      const tasks = parts.map((part) => {
        const graph = graphs.find(({ arena }) => arena === part.arena);
        return this.#task(turn, request, some, part, graph && beam && { graph, beam });
      });
      groups.push({ targets: some.length, tasks });
    }
    return groups;
  }

  #checkSelection(selection: Selection | undefined, what: string): SlotSelection | undefined {
    if (selection === undefined) return undefined;
    if (selection instanceof SlotSelection && selection.slots === this.#slots) return selection;
    throw new AhnlichError("INVALID_ARGUMENT", `${what}: expected a selection of this index`);
  }

  /** So many that their scratch memory and the time of one step stay small. */
  #groupWidth(limit: number, rows: number): number {
    const { stride } = this.#slots.sizes;
    const byMemory = scratchBytesMax / SearchJob.bytesPerTarget(stride, limit, rows);
    const byTime = (4 * stepFloatsMax) / (64 * stride);
    return Math.max(1, Math.floor(Math.min(byMemory, byTime, groupMax)));
  }

  /** One for each worker that has nothing to do, where a part is worth a message. */
  #parts({ targets }: IndexSearch, rows: number, width: number): number {
    if (targets.length > width) return 1; // the groups go side by side
    const milliseconds = expectedMs(rows, this.#slots.dimension, targets.length);
    return Math.max(1, Math.min(this.#queue.idleLanes, Math.floor(milliseconds / partMs)));
  }

  #task(
    turn: Turn,
    request: IndexSearch,
    targets: readonly Float32Array[],
    part: SearchUnits,
    walked: { readonly graph: Graph; readonly beam: Beam } | undefined,
  ): SearchTask {
    const { dimension, stride } = this.#slots.sizes;
    const { metric, limit, sequence, maxDistance = Number.POSITIVE_INFINITY } = request;
    this.#readers++;
    return new SearchTask({
      turn,
      weight: targets.length,
      cost:
        expectedMs(part.rows, dimension, targets.length) +
        (walked ? targets.length * walkMs(walked.beam.width, dimension) : 0),
      request: () => {
        const { arena, units, picked } = part;
        const rows = walked ? this.#slots.size : part.rows;
        const vectors = { arena, units, picked, rows, dimension, stride };
        const walk = walked && jobWalk(walked.graph, walked.beam, limit);
        return { vectors, targets, metric, limit, maxDistance, sequence, walk };
      },
      source: request.source,
      released: () => {
        this.#readers--;
        this.#freeWhenUnread();
      },
    });
  }

  #freeWhenUnread(): void {
    if (!this.#closed || this.#readers > 0 || this.#graphs.isBusy) return;
    this.#graphs.free();
    this.#slots.free();
  }
}

interface TargetGroup {
  readonly targets: number;
  readonly tasks: readonly SearchTask[];
}

/** What was found, and whether all walks found as many as they were asked for. */
interface Found extends Nearest {
  readonly isWhole: boolean;
}

async function collect({ targets, tasks }: TargetGroup, limit: number): Promise<Found[]> {
  const parts = await Promise.all(tasks.map((task) => task.results));
  return Array.from({ length: targets }, (_, i) => {
    const own = parts.map((part) => part[i] as JobResult);
    const isWhole = own.every(({ found }) => found >= limit);
    return { ...(own.length === 1 ? own[0] : mergeNearest(own, limit)), isWhole };
  });
}

function jobWalk(graph: Graph, { width, slack }: Beam, limit: number): JobWalk {
  const { address, walks, reach } = graph;
  const wanted = Math.max(width, limit + SearchJob.extraFor(limit));
  return { graph: address, walks, reach, width: wanted, slack };
}

/** Measured as well: some 20 vectors for each that the pool keeps, of which most are not in the cache. */
function walkMs(width: number, dimension: number): number {
  return (width * 20 * (25 + dimension * 0.1)) / 1e6;
}

/** What is measured on one thread, cautiously: a few nanoseconds a row and some hundredths of one a number. */
function expectedMs(rows: number, dimension: number, targets: number): number {
  const perRow = targets === 1 ? 2 + dimension * 0.045 : (2 + dimension * 0.035) * targets;
  return (rows * perRow) / 1e6;
}

function signalError({ reason }: AbortSignal): AhnlichError {
  if (reason instanceof AhnlichError) return reason;
  const late = reason instanceof Error && reason.name === "TimeoutError";
  const sentence = late ? "the search took too long" : "the search was given up";
  return new AhnlichError(late ? "TIMEOUT" : "ABORTED", sentence, { cause: reason });
}

/** Up to here looking at everything is as good as a graph. */
const graphWorthMs = 0.05;
const groupMax = 32;
const scratchBytesMax = 4 * 1024 * 1024;
/** Multiplications of one block with all targets of a group, about a millisecond. */
const stepFloatsMax = 4 * 1024 * 1024;
const partMs = 1;
