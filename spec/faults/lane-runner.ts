import type { Engine } from "../../lib/handles/engine.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { randomNumbers } from "../support/random.js";
import { type Step, sharedStores, taskOf } from "./workload.js";

/** Told of all that is asked and heard. */
export interface Witness {
  /** Before anything of the task is asked. */
  asks(lane: number, seed: number): void;
  /** "ok" or the code of an error for each step. */
  hears(lane: number, outcomes: readonly string[]): void;
  /** What must not be: it is a finding by itself. */
  complains(sentence: string): void;
  notes(sentence: string): void;
}

export const unanswered: unique symbol = Symbol("unanswered");

/** Asks an engine what lanes ask, and tells a witness; nothing is waited for longer than some seconds. */
export class LaneRunner {
  readonly #witness: Witness;
  readonly #patienceMs: number;

  constructor(witness: Witness, patienceMs: number) {
    this.#witness = witness;
    this.#patienceMs = patienceMs;
  }

  /** False where not all of them could be made. */
  async makeStores(engine: Engine): Promise<boolean> {
    for (const [name, options] of Object.entries(sharedStores)) {
      const made = engine.createStore(name, { ...options, ifNotExists: true });
      const store = await this.settled("createStore", made);
      if (store === unanswered || store instanceof AhnlichError) return false;
    }
    return true;
  }

  /** Tasks one after the other, as many as that or for ever with 0. */
  async run(engine: Engine, { lane, seed, tasks }: LaneOrder): Promise<void> {
    const random = randomNumbers(seed + lane * 1_000_003);
    for (let done = 0; tasks === 0 || done < tasks; done++) {
      const task = Math.floor(random() * 2 ** 32);
      this.#witness.asks(lane, task);
      const outcomes = await this.#carryOut(engine, taskOf(lane, task));
      if (outcomes === unanswered) return;
      this.#witness.hears(lane, outcomes);
    }
  }

  /** What a call gave, or the error that it was rejected with, in bounded time. */
  async settled<T>(what: string, call: Promise<T>): Promise<T | AhnlichError | typeof unanswered> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<typeof unanswered>((resolve) => {
      timer = setTimeout(resolve, this.#patienceMs, unanswered);
    });
    try {
      const answer = await Promise.race([call, late]);
      if (answer === unanswered) {
        this.#witness.complains(`${what} is not answered after ${this.#patienceMs} ms`);
      }
      return answer;
    } catch (error) {
      if (!(error instanceof AhnlichError)) {
        this.#witness.complains(`${what} is rejected with no error of ours: ${String(error)}`);
        return unanswered;
      }
      this.#judge(what, error);
      return error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #carryOut(engine: Engine, steps: readonly Step[]): Promise<string[] | typeof unanswered> {
    const [step] = steps;
    if (steps.length === 1) {
      const answer = await this.settled(step.kind, engine.execute(step));
      return answer === unanswered ? answer : [outcomeOf(answer)];
    }
    const answers = await this.settled("pipeline", engine.pipeline(steps));
    if (answers === unanswered) return answers;
    if (answers instanceof AhnlichError) return steps.map(() => outcomeOf(answers));
    return answers.map((answer, i) => {
      if (answer.ok) return "ok";
      this.#judge(steps[i].kind, answer.error as AhnlichError);
      return outcomeOf(answer.error);
    });
  }

  #judge(what: string, error: AhnlichError): void {
    if (refusals.has(error.code)) return;
    if (failures.has(error.code)) this.#witness.notes(`${what} ${error.code}`);
    else this.#witness.complains(`${what} is rejected with ${error.code}: ${error.message}`);
  }
}

export interface LaneOrder {
  readonly lane: number;
  readonly seed: number;
  readonly tasks: number;
}

function outcomeOf(answer: unknown): string {
  return answer instanceof AhnlichError ? answer.code : "ok";
}

/** What a write of the workload is refused with for a reason of its own. */
export const refusals: ReadonlySet<string> = new Set([
  "STORE_EXISTS",
  "STORE_NOT_FOUND",
  "ENTRY_EXISTS",
  "ENTRY_NOT_FOUND",
  "VERSION_CONFLICT",
]);

/** What a disk that fails may give. */
const failures: ReadonlySet<string> = new Set([
  "IO_ERROR",
  "DISK_FULL",
  "READ_ONLY",
  "OUTCOME_UNKNOWN",
]);
