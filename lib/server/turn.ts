/** A share of the event loop: whoever works on for longer lets others have theirs first. */
export class Turn {
  #end: number = performance.now() + turnMs;

  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Ends this turn; resolves when the next has begun. */
  async next(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#end = performance.now() + turnMs;
  }
}

const turnMs = 3;
