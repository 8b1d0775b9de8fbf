import * as layout from "../kernels/layout.js";
import { type JobResult, type JobWalk, SearchJob, type SlotBits } from "../kernels/search-job.js";
import type { SearchQueue } from "../kernels/search-queue.js";
import { SearchTask } from "../kernels/search-task.js";
import { Turn } from "../kernels/turns.js";
import { onAbort } from "../model/abort-listeners.js";
import { AhnlichError, closedError, toAhnlichError } from "../model/errors.js";
import type { Beam } from "./beam.js";
import type { Graph } from "./graph.js";
import type { GraphPlan } from "./graphs.js";
import { mergeNearest } from "./merge.js";
import { scanMs, walkMs } from "./search-costs.js";
import {
  picksOf,
  type SearchUnits,
  type Selected,
  type SlotBlocks,
  unitsOf,
} from "./search-units.js";
import { SlotSelection } from "./slot-selection.js";
import type { Slots } from "./slots.js";
import { slackOf } from "./tightness.js";
import type { UnlinkedSlots } from "./unlinked-slots.js";
import type { IndexSearch, Nearest, Selection } from "./vector-index.js";

/** Searches over the slots of one index: by looking at everything, or by walks through its graphs. */
export class SlotSearches {
  readonly #slots: Slots;
  readonly #queue: SearchQueue;
  readonly #released: () => void;
  /** How early walks end (tightness.ts). */
  tightness: number = Number.POSITIVE_INFINITY;
  /** Searches and tasks that may still read the vectors. */
  #readers = 0;

  /** @param released - called when nobody reads any more */
  constructor(slots: Slots, queue: SearchQueue, released: () => void) {
    this.#slots = slots;
    this.#queue = queue;
    this.#released = released;
  }

  /** Whether vectors are being read. */
  get areRunning(): boolean {
    return this.#readers > 0;
  }

  /** Every vector that the search sees is compared, but for those whose codes tell that they are too far. */
  async exact(request: IndexSearch, signal?: AbortSignal): Promise<Nearest[]> {
    return this.#run(this.#planExact(request), request, signal);
  }

  /** Most of the nearest; undefined where a walk came to too few that the search sees. */
  async walk(walking: Walking, signal?: AbortSignal): Promise<Nearest[] | undefined> {
    const found = await this.#run(this.#planWalks(walking), walking.request, signal);
    return areWhole(found, walking.request) ? found : undefined;
  }

  /** As `walk`, whatever the walks came to. */
  walkEach(walking: Walking, signal?: AbortSignal): Promise<Found[]> {
    return this.#run(this.#planWalks(walking), walking.request, signal);
  }

  /** By walks, and exactly where they came to too few. */
  walkOrExact(walking: Walking, signal?: AbortSignal): Promise<Nearest[]> {
    const { request } = walking;
    return this.during(async () => {
      const found = await this.#run(this.#planWalks(walking), request, signal);
      return areWhole(found, request)
        ? found
        : this.#run(this.#planExact(request), request, signal);
    });
  }

  /** The vectors stay until all of these searches are over. */
  async during<Answer>(searches: () => Promise<Answer>): Promise<Answer> {
    this.#readers++;
    try {
      return await searches();
    } finally {
      this.#release();
    }
  }

  /** @throws INVALID_ARGUMENT where they are of another index */
  selectedBy({ within, without }: IndexSearch): Selected {
    return {
      within: this.#checkSelection(within, "within"),
      without: this.#checkSelection(without, "without"),
    };
  }

  async #run(
    groups: TargetGroup[],
    { limit, isBackground }: IndexSearch,
    signal?: AbortSignal,
  ): Promise<Found[]> {
    if (signal?.aborted) throw signalError(signal);
    if (this.#queue.closed) throw closedError("the index");
    const tasks = groups.flatMap(({ tasks }) => tasks);
    let forget: (() => void) | undefined;
    try {
      for (const task of tasks) {
        if (isBackground) this.#queue.submitBackground(task);
        else this.#queue.submit(task);
      }
      if (signal && tasks.some((task) => !task.settled)) {
        forget = onAbort(signal, () => {
          for (const task of tasks) this.#queue.cancel(task, signalError(signal));
        });
      }
      const found: Found[] = [];
      for (const group of groups) {
        const parts = endedAlready(group) ?? (await endOf(group));
        found.push(...collect(group, parts, limit));
      }
      return found;
    } catch (thrown) {
      const error = toAhnlichError(thrown);
      for (const task of tasks) this.#queue.cancel(task, error);
      throw error;
    } finally {
      forget?.();
    }
  }

  /** The targets in groups that go through memory together; of each group a task for every part of it. */
  #planExact(request: IndexSearch): TargetGroup[] {
    const { targets } = request;
    const { within, without } = this.selectedBy(request);
    const rows = within === undefined ? this.#slots.size : within.size;
    const width = this.#groupWidth(request.limit, rows);
    const parts = this.#parts(request, rows, width);
    const units = rows === 0 ? [] : unitsOf(this.#slots, { within, without }, parts);
    return this.#groups(request, width, (turn, from, to) => {
      return units.map((part) => this.#task(turn, request, targets.slice(from, to), part));
    });
  }

  /** The same with a task for every memory: what is linked is walked to, the rest looked at. */
  #planWalks({ request, plan, beam, reach }: Walking): TargetGroup[] {
    const { targets, limit } = request;
    const hidden = request.own?.map((own) => this.#slotOf(own));
    const { graphs, unlinked } = plan;
    const selected = this.selectedBy(request);
    const parts = unlinked.size === 0 ? [] : picksOf(this.#slots, only(unlinked, selected));
    for (const { arena } of graphs) {
      if (parts.some((part) => part.arena === arena)) continue;
      parts.push({ arena, units: noUnits, picked: true, rows: 0 });
    }
    const width = this.#groupWidth(limit, this.#slots.size);
    return this.#groups(request, width, (turn, from, to) => {
      const own = hidden?.slice(from, to);
      return parts.map((part) => {
        const graph = graphs.find(({ arena }) => arena === part.arena);
        const walk = graph && { graph, beam, reach, selected, hidden: own };
        return this.#task(turn, request, targets.slice(from, to), part, walk);
      });
    });
  }

  #groups(
    { targets }: IndexSearch,
    width: number,
    tasksOf: (turn: Turn, from: number, to: number) => SearchTask[],
  ): TargetGroup[] {
    const turn = new Turn();
    const groups: TargetGroup[] = [];
    for (let from = 0; from < targets.length; from += width) {
      const to = Math.min(from + width, targets.length);
      groups.push({ targets: to - from, tasks: tasksOf(turn, from, to) });
    }
    return groups;
  }

  /** Where a target is stored; -1 where it is not. */
  #slotOf(own: number | undefined): number {
    return own === undefined ? -1 : (this.#slots.slotOf(own) ?? -1);
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
    const milliseconds = scanMs(rows, this.#slots.dimension, targets.length);
    return Math.max(1, Math.min(this.#queue.idleLanes, Math.floor(milliseconds / partMs)));
  }

  #task(
    turn: Turn,
    request: IndexSearch,
    targets: readonly Float32Array[],
    part: SearchUnits,
    walk?: TaskWalk,
  ): SearchTask {
    const { dimension, stride } = this.#slots.sizes;
    const { metric, limit, sequence, maxDistance = Number.POSITIVE_INFINITY } = request;
    const walkingMs = walk === undefined ? 0 : walkMs(walk.beam.width, dimension);
    this.#readers++;
    return new SearchTask({
      turn,
      weight: targets.length,
      cost: scanMs(part.rows, dimension, targets.length) + targets.length * walkingMs,
      request: () => {
        const { arena, units, picked } = part;
        const rows = walk === undefined ? part.rows : this.#slots.size;
        const vectors = { arena, units, picked, rows, dimension, stride };
        const job = { vectors, targets, metric, limit, maxDistance, sequence };
        return walk === undefined ? job : { ...job, walk: jobWalk(walk, limit, this.tightness) };
      },
      source: request.source,
      released: () => this.#release(),
    });
  }

  #release(): void {
    if (--this.#readers === 0) this.#released();
  }
}

/** A search by walks. */
export interface Walking {
  readonly request: IndexSearch;
  readonly plan: GraphPlan;
  readonly beam: Beam;
  /** How many of the nearest of all the beam is to find, selected or not; `limit` where absent. */
  readonly reach?: number | undefined;
}

interface TaskWalk {
  readonly graph: Graph;
  readonly beam: Beam;
  readonly reach: number | undefined;
  readonly selected: Selected;
  /** Of each target the slot that is passed over, as if it was not there; -1: none. */
  readonly hidden: readonly number[] | undefined;
}

interface TargetGroup {
  readonly targets: number;
  readonly tasks: readonly SearchTask[];
}

/** What was found, and what the walk came to that found the fewest or went farthest for them. */
export type Found = Nearest & Pick<JobResult, "found" | "meanPlace">;

/** Whether all walks found as many as they were asked for. */
function areWhole(all: readonly Found[], { limit }: IndexSearch): boolean {
  return all.every(({ found }) => found >= limit);
}

/** What the tasks of a group found, where all have ended at once: then nobody need wait. */
function endedAlready({ tasks }: TargetGroup): JobResult[][] | undefined {
  const parts: JobResult[][] = [];
  for (const { found } of tasks) {
    if (found === undefined) return undefined;
    parts.push(found);
  }
  return parts;
}

function endOf({ tasks }: TargetGroup): Promise<JobResult[][]> {
  return Promise.all(tasks.map((task) => task.results));
}

/** What was found for each target of a group, of whose tasks each looked at a part. */
function collect({ targets }: TargetGroup, parts: readonly JobResult[][], limit: number): Found[] {
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) return only;
  return Array.from({ length: targets }, (_, i) => {
    const own = parts.map((part) => part[i] as JobResult);
    const found = Math.min(...own.map((part) => part.found));
    const meanPlace = Math.max(...own.map((part) => part.meanPlace));
    return { ...mergeNearest(own, limit), found, meanPlace };
  });
}

function jobWalk(walk: TaskWalk, limit: number, tightness: number): JobWalk {
  const { graph, beam, reach: nth = limit, selected, hidden } = walk;
  const { address, walks, reach } = graph;
  const width = Math.max(beam.width, limit + SearchJob.extraFor(limit));
  const numbers = hidden?.map((slot) =>
    slot >= 0 && graph.reaches(slot) ? graph.numberOf(slot) : -1,
  );
  const slack = slackOf(beam, nth, tightness);
  const bits = bitsOf(graph, selected);
  return { graph: address, walks, reach, width, slack, nth, bits, hidden: numbers };
}

/** By the numbers of a graph. */
function bitsOf(graph: Graph, { within, without }: Selected): SlotBits | undefined {
  const selection = within ?? without;
  if (selection === undefined) return undefined;
  const first = graph.slotOf(0) / layout.blockSlots;
  const words = selection.wordsFrom(first, graph.reach / layout.blockSlots);
  return { words, areExcluded: within === undefined };
}

/** Those of the slots that are selected. */
function only(slots: UnlinkedSlots, { within, without }: Selected): SlotBlocks {
  const selection = within ?? without;
  if (selection === undefined) return slots;
  const invert = within === undefined ? ~0 : 0;
  return {
    size: slots.size,
    forEachBlock: (visit) =>
      slots.forEachBlock((block, low, high) => {
        const [selectedLow, selectedHigh] = selection.bitsOf(block);
        visit(block, (low & (selectedLow ^ invert)) >>> 0, (high & (selectedHigh ^ invert)) >>> 0);
      }),
  };
}

function signalError({ reason }: AbortSignal): AhnlichError {
  if (reason instanceof AhnlichError) return reason;
  const late = reason instanceof Error && reason.name === "TimeoutError";
  const sentence = late ? "the search took too long" : "the search was given up";
  return new AhnlichError(late ? "TIMEOUT" : "ABORTED", sentence, { cause: reason });
}

const noUnits = new Uint32Array(0);
const groupMax = 32;
const scratchBytesMax = 4 * 1024 * 1024;
/** Multiplications of one block with all targets of a group, about a millisecond. */
const stepFloatsMax = 4 * 1024 * 1024;
const partMs = 1;
