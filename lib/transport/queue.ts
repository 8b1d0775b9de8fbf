/**
 * What one side puts in and the other iterates over, in order. One reader at a time; one that
 * stops early leaves the rest for the next.
 */
export class Queue<T> implements AsyncIterableIterator<T> {
  #items: T[] = [];
  #first = 0;
  #ended = false;
  #waiting: ((result: IteratorResult<T>) => void) | undefined;
  readonly #taken: (item: T) => void;

  /** `taken` is told of every item as the reader gets it. */
  constructor(taken: (item: T) => void = () => {}) {
    this.#taken = taken;
  }

  /** Nothing is taken once the queue has ended. */
  put(item: T): void {
    if (this.#ended) return;
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#items.push(item);
      return;
    }
    this.#waiting = undefined;
    this.#taken(item);
    waiting({ done: false, value: item });
  }

  /** What is in the queue is still read; then the iteration ends. */
  end(): void {
    this.#ended = true;
    this.#waiting?.({ done: true, value: undefined });
    this.#waiting = undefined;
  }

  /** Drops and gives back what has not been read. */
  clear(): T[] {
    const dropped = this.#items.slice(this.#first);
    this.#items = [];
    this.#first = 0;
    return dropped;
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#first < this.#items.length) {
      const value = this.#items[this.#first++];
      if (this.#first === this.#items.length) {
        this.#items = [];
        this.#first = 0;
      }
      this.#taken(value);
      return Promise.resolve({ done: false, value });
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.#waiting?.({ done: true, value: undefined });
      this.#waiting = resolve;
    });
  }

  return(): Promise<IteratorResult<T>> {
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this;
  }
}
