import { AhnlichError, closedError, toAhnlichError } from "../model/errors.js";
import { Background } from "./background.js";
import type { Lane } from "./lane.js";
import { finished, unfinished } from "./layout.js";
import { LocalLane, runJob } from "./local-lane.js";
import { wishNothing, wishShare } from "./slice-wish.js";
import type { Task } from "./task.js";
import { Turns } from "./turns.js";
import { WarmingLane } from "./warming-lane.js";
import { WorkerLane } from "./worker-lane.js";

export interface SearchQueueOptions {
  /** 0: on the calling thread, in slices. */
  readonly threads: number;
  /** Targets that may wait. */
  readonly waitingMax?: number | undefined;
  /** What is expected to take longer than this does not run at once on the calling thread; 1. */
  readonly atOnceMs?: number | undefined;
  /** Another worker than ours, for those who want to see it fail. */
  readonly worker?: URL | undefined;
}

/**
 * Lets searches have their turn on the lanes of one engine. What is soon done runs at once on the calling
 * thread, as long as that holds it only a little; the rest goes round: a search that is not finished after
 * its slice goes behind those that wait. Where others wait its slice is as long as the lightest of them takes, so
 * that a light one waits for no longer than itself takes, and equal ones are done one after the other.
 */
export class SearchQueue {
  readonly #options: SearchQueueOptions;
  readonly #waitingMax: number;
  readonly #atOnceMs: number;
  readonly #turns = new Turns();
  readonly #idle: Lane[] = [];
  readonly #lanes = new Set<Lane>();
  readonly #running = new Set<Task>();
  /** What is done while nothing else waits, or else now and then. */
  readonly #background = new Background();
  #waiting = 0;
  #heldMs = 0;
  #closed = false;

  constructor(options: SearchQueueOptions) {
    this.#options = options;
    this.#waitingMax = options.waitingMax ?? 100_000;
    this.#atOnceMs = options.atOnceMs ?? 1;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** How many tasks it works at, at most. */
  get lanes(): number {
    return this.#lanesMax;
  }

  /** Lanes that would start at once. */
  get idleLanes(): number {
    if (this.#turns.size > 0) return 0;
    return this.#idle.length + this.#lanesMax - this.#lanes.size;
  }

  /** Runs the task at once or lets it wait, as `check` said it may. */
  submit(task: Task): void {
    if (this.#runAtOnce(task)) return;
    this.#waiting += task.weight;
    this.#turns.push(task);
    this.#pump();
    if (this.#turns.size > 0) this.#askToShare(task);
  }

  /** Does it beside the searches, behind those that wait. @throws CLOSED */
  submitBackground(task: Task): void {
    if (this.#closed) throw closedError();
    this.#background.push(task);
    this.#pump();
  }

  /** @throws BUSY when so many more targets may not wait, CLOSED */
  check(targets: number): void {
    if (this.#closed) throw closedError();
    if (this.#waiting + targets <= this.#waitingMax || this.#waiting === 0) return;
    throw new AhnlichError(
      "BUSY",
      `${this.#waiting} searches wait already, at most ${this.#waitingMax} may`,
      { details: { waiting: this.#waiting, bound: this.#waitingMax } },
    );
  }

  /** The task is no longer wanted. */
  cancel(task: Task, error: AhnlichError): void {
    if (task.settled) return;
    task.fail(error);
    if (this.#running.has(task)) return;
    if (this.#turns.remove(task)) this.#waiting -= task.weight;
    this.#background.remove(task);
    task.release();
  }

  /** Ends the workers; what runs or waits is rejected with CLOSED. */
  async close(): Promise<void> {
    this.#closed = true;
    for (;;) {
      const task = this.#turns.take();
      if (task === undefined) break;
      task.fail(closedError());
      task.release();
    }
    for (const task of this.#background.takeAll()) {
      task.fail(closedError());
      task.release();
    }
    for (const task of this.#running) task.fail(closedError());
    await Promise.all([...this.#lanes].map((lane) => lane.close()));
  }

  get #lanesMax(): number {
    return Math.max(1, this.#options.threads);
  }

  /** True when the task has ended, or waits for its source. */
  #runAtOnce(task: Task): boolean {
    const heldMax = this.#atOnceMs * 2;
    if (task.cost > this.#atOnceMs || this.#heldMs + task.cost > heldMax) return false;
    const before = performance.now();
    const deadline = before + heldMax;
    if (this.#heldMs === 0) setImmediate(() => (this.#heldMs = 0));
    try {
      const job = task.start();
      for (;;) {
        const status = runJob(job, deadline);
        if (status === finished) task.finish();
        if (status === finished || status === unfinished) return status === finished;
        const providing = task.provide(status);
        if (providing !== undefined) {
          void this.#goOnAfter(task, providing);
          return true;
        }
        if (performance.now() >= deadline) return false;
      }
    } catch (thrown) {
      task.fail(toAhnlichError(thrown));
      task.release();
      return true;
    } finally {
      this.#heldMs += performance.now() - before;
    }
  }

  /** Gives work to every idle lane. */
  #pump(): void {
    while (!this.#closed && this.#turns.size + this.#background.size > 0) {
      let lane: Lane | undefined;
      try {
        lane = this.#takeIdle() ?? this.#open();
      } catch (thrown) {
        for (const task of this.#takeBatch()) this.#end(task, toAhnlichError(thrown));
        continue;
      }
      if (lane === undefined) return;
      const batch = this.#takeBatch();
      if (batch.length > 0) void this.#run(lane, batch);
      else this.#idle.push(lane);
    }
  }

  /** One that broke down meanwhile is forgotten. */
  #takeIdle(): Lane | undefined {
    for (;;) {
      const lane = this.#idle.pop();
      if (lane === undefined || !lane.broken) return lane;
      this.#lanes.delete(lane);
    }
  }

  #open(): Lane | undefined {
    if (this.#lanes.size >= this.#lanesMax) return undefined;
    const lane = this.#newLane();
    this.#lanes.add(lane);
    return lane;
  }

  #newLane(): Lane {
    const { threads, worker } = this.#options;
    if (threads === 0) return new LocalLane();
    if (worker !== undefined || this.#lanes.size > 0) return new WorkerLane(worker);
    return new WarmingLane();
  }

  async #run(lane: Lane, batch: readonly Task[]): Promise<void> {
    try {
      const isBackground = batch[0] !== undefined && this.#background.owns(batch[0]);
      const jobs = batch.map((task) => task.start());
      for (const { arena, address } of jobs) wishNothing(arena.words, address);
      const statuses = await lane.run(jobs, this.#sliceMs(isBackground));
      this.#idle.push(lane);
      for (let i = 0; i < batch.length; i++) this.#goOn(batch[i], statuses[i]);
    } catch (thrown) {
      this.#lanes.delete(lane);
      for (const task of batch) this.#end(task, toAhnlichError(thrown));
    }
    this.#pump();
  }

  /** Of those that are being worked at, so that this one need not wait for the end of their slices. */
  #askToShare({ turn, cost }: Task): void {
    for (const task of this.#running) {
      if (task.turn === turn || task.settled || !task.started) continue;
      const { arena, address } = task.start();
      wishShare(arena.words, address, shareMs(cost));
    }
  }

  /** As long as the lane likes where nobody waits for it. */
  #sliceMs(isBackground: boolean): number | undefined {
    const own = isBackground ? backgroundSliceMs : undefined;
    const { leastCost } = this.#turns;
    if (leastCost > shareMsMax) return own;
    return Math.min(own ?? shareMsMax, shareMs(leastCost));
  }

  #goOn(task: Task, status: number): void {
    if (task.settled || status === finished) {
      this.#end(task);
      return;
    }
    try {
      const providing = task.provide(status);
      if (providing === undefined) this.#wait(task);
      else void this.#goOnAfter(task, providing);
    } catch (thrown) {
      this.#end(task, toAhnlichError(thrown));
    }
  }

  /** Its job is nobody's to touch meanwhile, as if it was worked at. */
  async #goOnAfter(task: Task, providing: Promise<void>): Promise<void> {
    this.#running.add(task);
    try {
      await providing;
    } catch (thrown) {
      this.#end(task, toAhnlichError(thrown));
      return;
    }
    if (task.settled) {
      this.#end(task);
      return;
    }
    this.#wait(task);
    this.#pump();
  }

  /** For its next turn. */
  #wait(task: Task): void {
    this.#running.delete(task);
    if (this.#background.owns(task)) {
      this.#background.push(task);
      return;
    }
    this.#waiting += task.weight;
    this.#turns.push(task);
  }

  #end(task: Task, error?: AhnlichError): void {
    this.#running.delete(task);
    this.#background.forget(task);
    if (error !== undefined) task.fail(error);
    if (task.settled) task.release();
    else task.finish();
  }

  /** Small ones go together, so that a message to a worker and back is shared by them. */
  #takeBatch(): Task[] {
    const batch: Task[] = [];
    let cost = 0;
    while (cost < batchMs && batch.length < batchMax) {
      const background =
        batch.length === 0 ? this.#background.take(this.#turns.size > 0) : undefined;
      const task = background ?? this.#turns.take();
      if (task === undefined) break;
      cost += background === undefined ? task.cost : batchMs;
      if (background === undefined) this.#waiting -= task.weight;
      try {
        task.start();
        this.#running.add(task);
        batch.push(task);
      } catch (thrown) {
        this.#end(task, toAhnlichError(thrown));
      }
    }
    return batch;
  }
}

/** How long a slice is while somebody waits whose work takes so long: shorter ones would be all messages. */
function shareMs(cost: number): number {
  return Math.max(1, Math.min(cost, shareMsMax));
}

const shareMsMax = 8;
const backgroundSliceMs = 3;
const batchMs = 0.5;
const batchMax = 64;
