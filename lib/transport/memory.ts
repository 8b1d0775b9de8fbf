import { AhnlichError } from "../model/errors.js";
import { Queue } from "./queue.js";
import type { Listener, Transport } from "./transport.js";

/** Two ends in one process, joined: what one sends the other reads. Chunks are passed on uncopied. */
export function memoryPair(): [MemoryTransport, MemoryTransport] {
  const left = new MemoryTransport("memory");
  const right = new MemoryTransport("memory");
  left.join(right);
  right.join(left);
  return [left, right];
}

/** A listener that is dialled in its own process. */
export class MemoryListener implements Listener {
  readonly url: string = "memory";
  readonly #opened = new Queue<Transport>();
  #closed = false;

  /** A transport to whoever iterates over this listener. @throws CONNECTION_LOST once it is closed */
  dial(): Promise<MemoryTransport> {
    if (this.#closed) {
      return Promise.reject(new AhnlichError("CONNECTION_LOST", "the listener is closed"));
    }
    const [near, far] = memoryPair();
    this.#opened.put(far);
    return Promise.resolve(near);
  }

  /** Transports that nobody has taken yet are closed. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#opened.end();
    await Promise.all(this.#opened.clear().map((transport) => transport.close()));
  }

  [Symbol.asyncIterator](): AsyncIterator<Transport> {
    return this.#opened;
  }
}

/** One of two joined ends; `memoryPair` makes them. */
export class MemoryTransport implements Transport {
  readonly closed: Promise<Error | undefined>;
  readonly peer: string;
  readonly confidential = true;
  readonly #settle: (reason: Error | undefined) => void;
  readonly #arrived: Queue<Uint8Array> = new Queue((chunk) => this.#took(chunk));
  #other: MemoryTransport | undefined;
  #over = false;
  #waitingBytes = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  #drained: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  constructor(peer: string) {
    const { promise, resolve } = deferred<Error | undefined>();
    this.closed = promise;
    this.#settle = resolve;
    this.peer = peer;
  }

  get bytesIn(): number {
    return this.#bytesIn;
  }

  get bytesOut(): number {
    return this.#bytesOut;
  }

  /** Makes `other` the end that reads what this one sends. */
  join(other: MemoryTransport): void {
    this.#other = other;
  }

  send(chunks: readonly Uint8Array[]): Promise<void> | undefined {
    const other = this.#other;
    if (this.#over || other === undefined || other.#over) return undefined;
    for (const chunk of chunks) {
      if (chunk.length === 0) continue;
      this.#bytesOut += chunk.length;
      other.#waitingBytes += chunk.length;
      other.#arrived.put(chunk);
    }
    if (other.#waitingBytes <= highWater) return undefined;
    other.#drained ??= deferred<void>();
    return other.#drained.promise;
  }

  async close(): Promise<void> {
    this.#end(undefined);
    this.#arrived.clear();
    if (this.#other !== undefined) this.#other.#end(undefined);
    await this.closed;
  }

  /** Ends both directions at once, as a cable that is cut: what is under way is lost. */
  break(reason: Error = new AhnlichError("CONNECTION_LOST", "the connection broke")): void {
    for (const end of [this, this.#other ?? this]) {
      end.#arrived.clear();
      end.#end(reason);
    }
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#arrived;
  }

  #took(chunk: Uint8Array): void {
    this.#bytesIn += chunk.length;
    this.#waitingBytes -= chunk.length;
    if (this.#waitingBytes <= highWater / 2) this.#release();
  }

  #end(reason: Error | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#arrived.end();
    this.#release();
    this.#settle(reason);
  }

  #release(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Bytes that may wait for a reader before the sender is asked to wait. */
const highWater = 64 * 1024;
