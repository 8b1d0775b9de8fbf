import type { SearchTask } from "./search-task.js";

/** Tasks first in, first out, of which any can be taken away: a set keeps the order they came in. */
export class TaskList implements Iterable<SearchTask> {
  readonly #tasks = new Set<SearchTask>();
  /** Kept from call to call: a new iterator would walk over all that was taken before. */
  #front = this.#tasks.values();

  get size(): number {
    return this.#tasks.size;
  }

  push(task: SearchTask): void {
    this.#tasks.add(task);
  }

  shift(): SearchTask | undefined {
    let next = this.#front.next();
    if (next.done) {
      this.#front = this.#tasks.values();
      next = this.#front.next();
    }
    if (next.done) return undefined;
    this.#tasks.delete(next.value);
    return next.value;
  }

  remove(task: SearchTask): void {
    this.#tasks.delete(task);
  }

  [Symbol.iterator](): IterableIterator<SearchTask> {
    return this.#tasks.values();
  }
}
