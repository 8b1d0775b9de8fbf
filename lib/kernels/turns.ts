import { Ring } from "./ring.js";
import type { Task } from "./task.js";

/** One search: its tasks that wait for their turn. All of them together have one turn in every round. */
export class Turn {
  readonly fresh: Task[] = [];
  /** Had a slice already, and hold memory. */
  readonly started: Task[] = [];
  /** Whether one of its tasks ever started. */
  begun = false;
}

/**
 * Lets searches have their turns in rounds, so that a light one never waits for a heavy one to end. A search
 * starts another task only while those it has started are all being worked at: few hold memory at a time.
 */
export class Turns {
  /** Searches that wait for their first turn, and those that go round. */
  readonly #fresh = new Ring<Turn>();
  readonly #begun = new Ring<Turn>();
  #freshNext = false;
  #tasks = 0;
  #leastCost = Number.POSITIVE_INFINITY;

  /** Tasks that wait. */
  get size(): number {
    return this.#tasks;
  }

  /** Milliseconds that the lightest of those that came takes, since none waited last; infinite where none waits. */
  get leastCost(): number {
    return this.#tasks === 0 ? Number.POSITIVE_INFINITY : this.#leastCost;
  }

  push(task: Task): void {
    const { turn } = task;
    this.#leastCost = Math.min(this.leastCost, task.cost);
    (task.started ? turn.started : turn.fresh).push(task);
    if (task.started && !turn.begun) {
      this.#fresh.delete(turn);
      turn.begun = true;
    }
    this.#ringOf(turn).push(turn);
    this.#tasks++;
  }

  /** The next one. */
  take(): Task | undefined {
    const turn = this.#takeTurn();
    const task = turn?.started.shift() ?? turn?.fresh.shift();
    if (turn === undefined || task === undefined) return undefined;
    this.#tasks--;
    turn.begun = true;
    if (turn.started.length + turn.fresh.length > 0) this.#begun.push(turn);
    return task;
  }

  /** False when it does not wait. */
  remove(task: Task): boolean {
    const { turn } = task;
    const list = task.started ? turn.started : turn.fresh;
    const at = list.indexOf(task);
    if (at < 0) return false;
    list.splice(at, 1);
    this.#tasks--;
    if (turn.started.length + turn.fresh.length === 0) this.#ringOf(turn).delete(turn);
    return true;
  }

  #ringOf(turn: Turn): Ring<Turn> {
    return turn.begun ? this.#begun : this.#fresh;
  }

  /** New searches and those that go round alternate, until enough go round. */
  #takeTurn(): Turn | undefined {
    if (this.#fresh.size === 0) return this.#begun.shift();
    if (this.#begun.size === 0) return this.#fresh.shift();
    this.#freshNext = this.#begun.size < begunMax && !this.#freshNext;
    return this.#freshNext ? this.#fresh.shift() : this.#begun.shift();
  }
}

/** Searches that hold memory while they wait for their next slice. */
const begunMax = 64;
