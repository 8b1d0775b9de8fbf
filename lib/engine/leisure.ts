/** Time that is left to others before some work goes on, unless somebody waits for the end of it. */
export class Leisure {
  #isOver = false;
  #goOn: () => void = () => {};

  begin(): void {
    this.#isOver = false;
  }

  /** Ends the wait, and there is none from now on. */
  end(): void {
    this.#isOver = true;
    this.#goOn();
  }

  /** Ends the wait. */
  skip(): void {
    this.#goOn();
  }

  /** Settles after that time, which keeps no process alive, or when it is over. */
  wait(delayMs: number): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs).unref();
      this.#goOn = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
