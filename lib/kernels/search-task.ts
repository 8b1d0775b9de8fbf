import { toAhnlichError } from "../model/errors.js";
import { hungry, wanting } from "./layout.js";
import type { JobRequest, JobResult } from "./search-job.js";
import { SearchJob } from "./search-job.js";
import type { Task } from "./task.js";
import type { Turn } from "./turns.js";
import type { VectorSource } from "./vector-source.js";

export interface SearchTaskOptions {
  /** The search it is a part of. */
  readonly turn: Turn;
  readonly weight: number;
  readonly cost: number;
  /** Asked when the task starts. */
  readonly request: () => JobRequest;
  /** Of rows that are not in memory, where there may be such. */
  readonly source?: VectorSource | undefined;
  /** Called once, when nobody reads the vectors for this task any more. */
  readonly released: () => void;
}

/** A search and who waits for its results. */
export class SearchTask implements Task {
  readonly turn: Turn;
  readonly weight: number;
  readonly cost: number;
  readonly #released: () => void;
  readonly #source: VectorSource | undefined;
  #request: () => JobRequest;
  #job: SearchJob | undefined;
  #outcome: Outcome | undefined;
  #whenSettled: (() => void) | undefined;
  #results: Promise<JobResult[]> | undefined;
  #ended = false;

  constructor({ turn, weight, cost, request, source, released }: SearchTaskOptions) {
    this.turn = turn;
    this.weight = weight;
    this.cost = cost;
    this.#request = request;
    this.#source = source;
    this.#released = released;
  }

  /** What it found, where it has ended well: many a search has before anyone waits for it. */
  get found(): JobResult[] | undefined {
    return this.#outcome?.results;
  }

  /** What it found, once it has ended; rejected with what it failed with. */
  get results(): Promise<JobResult[]> {
    this.#results ??= this.#end();
    return this.#results;
  }

  get settled(): boolean {
    return this.#outcome !== undefined;
  }

  get started(): boolean {
    return this.#job !== undefined;
  }

  start(): SearchJob {
    this.#job ??= new SearchJob(this.#request());
    return this.#job;
  }

  provide(status: number): void | Promise<void> {
    const job = this.start();
    if (status === hungry) job.feed();
    if (status !== wanting) return;
    if (this.#source === undefined) throw new Error("rows are not in memory, and have no source");
    const ordinals = job.wanted();
    const rows = new Uint8Array(ordinals.length * job.dimension * 4);
    const reading = this.#source.read(ordinals, rows);
    if (reading === undefined) job.lend(rows);
    // Nobody waits for a settled one, and its memory may have another owner soon.
    else return reading.then(() => (this.settled ? undefined : job.lend(rows)));
  }

  finish(): void {
    try {
      if (this.#job !== undefined && !this.settled) this.#settle({ results: this.#job.results() });
    } catch (thrown) {
      this.fail(toAhnlichError(thrown));
    }
    this.release();
  }

  fail(error: Error): void {
    this.#job?.stop();
    if (!this.settled) this.#settle({ error });
  }

  release(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#job?.free();
    this.#job = undefined;
    this.#request = unavailable;
    this.#released();
  }

  async #end(): Promise<JobResult[]> {
    if (this.#outcome === undefined) {
      await new Promise<void>((resolve) => {
        this.#whenSettled = resolve;
      });
    }
    const { results, error } = this.#outcome as unknown as Outcome;
    if (results === undefined) throw error;
    return results;
  }

  #settle(outcome: Outcome): void {
    this.#outcome = outcome;
    this.#whenSettled?.();
  }
}

/** One of the two. */
interface Outcome {
  readonly results?: JobResult[];
  readonly error?: Error;
}

function unavailable(): never {
  throw new Error("a search that has ended does not start again");
}
