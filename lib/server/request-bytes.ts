/**
 * The bytes of requests in flight, as far as they are long: those of short ones are bounded by their number. What waits
 * for changes is counted apart, since it is nobody's turn to end it.
 */
export class RequestBytes {
  readonly #lengths = new Map<object, number>();
  readonly #waiting = new Set<object>();
  #busyBytes = 0;
  #waitingBytes = 0;

  /** Of those that are being worked at. */
  get busy(): number {
    return this.#busyBytes;
  }

  /** Of those that wait for changes. */
  get waiting(): number {
    return this.#waitingBytes;
  }

  add(request: object, bytes: number): void {
    this.#lengths.set(request, bytes);
    this.#busyBytes += bytes;
  }

  /** From now on it waits for changes. One that was not added counts for nothing. */
  wait(request: object): void {
    const bytes = this.#lengths.get(request);
    if (bytes === undefined) return;
    this.#waiting.add(request);
    this.#busyBytes -= bytes;
    this.#waitingBytes += bytes;
  }

  delete(request: object): void {
    const bytes = this.#lengths.size === 0 ? undefined : this.#lengths.get(request);
    if (bytes === undefined) return;
    this.#lengths.delete(request);
    if (this.#waiting.delete(request)) this.#waitingBytes -= bytes;
    else this.#busyBytes -= bytes;
  }

  clear(): void {
    this.#lengths.clear();
    this.#waiting.clear();
    this.#busyBytes = 0;
    this.#waitingBytes = 0;
  }
}
