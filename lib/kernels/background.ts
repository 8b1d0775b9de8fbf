import type { Task } from "./task.js";

/** Tasks that have their turn while no search waits, and one turn in some while searches do. */
export class Background {
  readonly #waiting: Task[] = [];
  readonly #owned = new Set<Task>();
  #passedOver = 0;

  /** Those that wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Whether it is one of these, and has not ended. */
  owns(task: Task): boolean {
    return this.#owned.has(task);
  }

  push(task: Task): void {
    this.#owned.add(task);
    this.#waiting.push(task);
  }

  /** The next one, unless it is to let searches go first. */
  take(searchesWait: boolean): Task | undefined {
    if (searchesWait && this.#waiting.length > 0 && ++this.#passedOver < turnsOfSearches) return;
    this.#passedOver = 0;
    return this.#waiting.shift();
  }

  remove(task: Task): void {
    const at = this.#waiting.indexOf(task);
    if (at >= 0) this.#waiting.splice(at, 1);
    this.forget(task);
  }

  takeAll(): Task[] {
    const all = this.#waiting.splice(0);
    for (const task of all) this.forget(task);
    return all;
  }

  forget(task: Task): void {
    this.#owned.delete(task);
  }
}

const turnsOfSearches = 8;
