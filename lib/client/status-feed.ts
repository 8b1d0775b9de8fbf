import type { ConnectionStatus } from "./remote-engine.js";

/** Gives each of its readers what is published while it reads, the last 64 that wait at most. */
export class StatusFeed {
  readonly #readers = new Set<StatusReader>();
  #ended = false;

  read(): AsyncIterableIterator<ConnectionStatus> {
    const reader = new StatusReader(() => this.#readers.delete(reader));
    if (this.#ended) reader.end();
    else this.#readers.add(reader);
    return reader;
  }

  publish(status: ConnectionStatus): void {
    for (const reader of this.#readers) reader.push(status);
  }

  /** Publishes `closed`; readers end when they have read it. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const reader of this.#readers) {
      reader.push({ kind: "closed" });
      reader.end();
    }
    this.#readers.clear();
  }
}

class StatusReader implements AsyncIterableIterator<ConnectionStatus> {
  readonly #left: () => void;
  readonly #waiting: ((step: IteratorResult<ConnectionStatus>) => void)[] = [];
  #statuses: ConnectionStatus[] = [];
  #ended = false;

  constructor(left: () => void) {
    this.#left = left;
  }

  push(status: ConnectionStatus): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      waiting({ done: false, value: status });
      return;
    }
    this.#statuses.push(status);
    if (this.#statuses.length > statusesMax) this.#statuses.shift();
  }

  end(): void {
    this.#ended = true;
    for (const waiting of this.#waiting.splice(0)) waiting({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<ConnectionStatus>> {
    const value = this.#statuses.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<ConnectionStatus>> {
    this.#left();
    this.#statuses = [];
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

const statusesMax = 64;
