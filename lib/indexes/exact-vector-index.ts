import type { Arenas } from "../kernels/arenas.js";
import { SearchJob } from "../kernels/search-job.js";
import type { SearchQueue } from "../kernels/search-queue.js";
import { SearchTask } from "../kernels/search-task.js";
import { Turn } from "../kernels/turns.js";
import { onAbort } from "../model/abort-listeners.js";
import { AhnlichError, closedError, toAhnlichError } from "../model/errors.js";
import { mergeNearest, none } from "./merge.js";
import { RunsImage } from "./runs-image.js";
import { type SearchUnits, unitsOf } from "./search-units.js";
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

/** Finds the nearest by looking at every vector that the search sees: no recall asks for more. */
export class ExactVectorIndex implements VectorIndex {
  readonly image: RunsImage;
  readonly #slots: Slots;
  readonly #queue: SearchQueue;
  /** Tasks that may still read the vectors. */
  #readers = 0;
  #closed = false;

  constructor(arenas: Arenas, queue: SearchQueue, dimension: number) {
    this.#slots = new Slots(arenas, dimension);
    this.#queue = queue;
    this.image = new RunsImage(this.#slots);
  }

  get size(): number {
    return this.#slots.size;
  }

  get bytes(): number {
    return this.#slots.bytes;
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
    const groups = this.#plan(request);
    const tasks = groups.flatMap(({ tasks }) => tasks);
    const abort = (): void => {
      for (const task of tasks) if (signal) this.#queue.cancel(task, signalError(signal));
    };
    let forget: (() => void) | undefined;
    try {
      for (const task of tasks) this.#queue.submit(task);
      if (signal && tasks.some((task) => !task.settled)) forget = onAbort(signal, abort);
      const nearest: Nearest[] = [];
      for (const group of groups) nearest.push(...(await collect(group, request.limit)));
      return nearest;
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
    this.#freeWhenUnread();
  }

  /** The targets in groups that go through memory together; of each group a task for every part of it. */
  #plan(request: IndexSearch): TargetGroup[] {
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
      const tasks = units.map((part) => this.#task(turn, request, some, part));
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
  ): SearchTask {
    const { dimension, stride } = this.#slots.sizes;
    const { metric, limit, sequence, maxDistance = Number.POSITIVE_INFINITY } = request;
    this.#readers++;
    return new SearchTask({
      turn,
      weight: targets.length,
      cost: expectedMs(part.rows, dimension, targets.length),
      request: () => {
        const { arena, units, picked, rows } = part;
        const vectors = { arena, units, picked, rows, dimension, stride };
        return { vectors, targets, metric, limit, maxDistance, sequence };
      },
      source: request.source,
      released: () => {
        this.#readers--;
        this.#freeWhenUnread();
      },
    });
  }

  #freeWhenUnread(): void {
    if (this.#closed && this.#readers === 0) this.#slots.free();
  }
}

interface TargetGroup {
  readonly targets: number;
  readonly tasks: readonly SearchTask[];
}

async function collect({ targets, tasks }: TargetGroup, limit: number): Promise<Nearest[]> {
  if (tasks.length === 1) return await tasks[0].results;
  const parts = await Promise.all(tasks.map((task) => task.results));
  return Array.from({ length: targets }, (_, i) => {
    return parts.length === 0
      ? none
      : mergeNearest(
          parts.map((part) => part[i]),
          limit,
        );
  });
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

const groupMax = 32;
const scratchBytesMax = 4 * 1024 * 1024;
/** Multiplications of one block with all targets of a group, about a millisecond. */
const stepFloatsMax = 4 * 1024 * 1024;
const partMs = 1;
