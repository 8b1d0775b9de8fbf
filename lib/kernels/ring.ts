/** Things first in, first out, of which any can be taken away: a set keeps the order they came in. */
export class Ring<T> {
  readonly #items = new Set<T>();
  /** Kept from call to call: a new iterator would walk over all that was taken before. */
  #front = this.#items.values();

  get size(): number {
    return this.#items.size;
  }

  /** No effect on what is in it already. */
  push(item: T): void {
    this.#items.add(item);
  }

  shift(): T | undefined {
    let next = this.#front.next();
    if (next.done) {
      this.#front = this.#items.values();
      next = this.#front.next();
    }
    if (next.done) return undefined;
    this.#items.delete(next.value);
    return next.value;
  }

  delete(item: T): void {
    this.#items.delete(item);
  }
}
