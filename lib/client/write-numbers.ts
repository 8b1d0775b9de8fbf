/** The numbers of a client's writes: from 1 on, in the order in which they are asked for. */
export class WriteNumbers {
  #last = 0;
  /** Those not answered yet, which stand in their order. */
  readonly #open = new Set<number>();

  begin(): number {
    this.#open.add(++this.#last);
    return this.#last;
  }

  end(number: number): void {
    this.#open.delete(number);
  }

  /** All before this one have been answered, or given up. */
  get settled(): number {
    for (const lowest of this.#open) return lowest;
    return this.#last + 1;
  }
}
