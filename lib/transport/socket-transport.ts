import type { Duplex } from "node:stream";
import { AhnlichError } from "../model/errors.js";
import { Queue } from "./queue.js";
import { codeOf } from "./socket-failure.js";
import type { Transport } from "./transport.js";

/** A socket, of which only what is a stream is asked here. */
export interface Wire extends Duplex {
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** What is known of it beside its bytes. */
export interface WireFacts {
  readonly confidential: boolean;
  readonly certified?: string | undefined;
  readonly begun?: number | undefined;
}

/** The transport over a socket. */
export class SocketTransport implements Transport {
  readonly closed: Promise<Error | undefined>;
  readonly peer: string;
  readonly confidential: boolean;
  readonly certified: string | undefined;
  readonly begun: number;
  readonly #socket: Wire;
  readonly #arrived: Queue<Uint8Array> = new Queue((chunk) => this.#took(chunk));
  #waitingBytes = 0;
  #drained: Promise<void> | undefined;
  #closing = false;

  constructor(socket: Wire, peer: string, facts: WireFacts) {
    this.#socket = socket;
    this.peer = peer;
    this.confidential = facts.confidential;
    this.certified = facts.certified;
    this.begun = facts.begun ?? performance.now();
    let reason: Error | undefined;
    socket.on("error", (cause) => {
      reason = new AhnlichError(
        "CONNECTION_LOST",
        `the connection with ${peer} broke: ${codeOf(cause)}`,
        {
          cause,
        },
      );
    });
    socket.on("data", (chunk) => this.#came(chunk));
    socket.on("end", () => this.#arrived.end());
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.#arrived.end();
        resolve(reason);
      });
    });
  }

  get bytesIn(): number {
    return this.#socket.bytesRead;
  }

  get bytesOut(): number {
    return this.#socket.bytesWritten;
  }

  send(chunks: readonly Uint8Array[]): Promise<void> | undefined {
    const socket = this.#socket;
    if (!socket.writable) return undefined;
    // Corked until the turn is over: everything sent in it leaves with one system call.
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    for (const chunk of chunks) {
      if (chunk.length > 0) socket.write(chunk);
    }
    if (!socket.writableNeedDrain) return undefined;
    this.#drained ??= this.#drain();
    return this.#drained;
  }

  async close(): Promise<void> {
    this.#arrived.end();
    this.#arrived.clear();
    if (!this.#closing && !this.#socket.closed) {
      this.#closing = true;
      // What still comes is read and dropped: closing on unread bytes would reset the connection,
      // and with it what the peer has not read yet.
      this.#socket.resume();
      this.#socket.end();
      this.#destroyWhenStuck();
    }
    await this.closed;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#arrived;
  }

  #came(chunk: Uint8Array): void {
    if (this.#closing) return;
    this.#waitingBytes += chunk.length;
    this.#arrived.put(chunk);
    if (this.#waitingBytes > highWater) this.#socket.pause();
  }

  #took(chunk: Uint8Array): void {
    this.#waitingBytes -= chunk.length;
    if (this.#waitingBytes <= highWater / 2 && this.#socket.isPaused()) this.#socket.resume();
  }

  #drain(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#socket.off("drain", done).off("close", done);
        this.#drained = undefined;
        resolve();
      };
      this.#socket.on("drain", done).on("close", done);
    });
  }

  /** A peer that takes nothing more cannot hold the close up for ever. */
  #destroyWhenStuck(): void {
    const socket = this.#socket;
    let before = socket.writableLength;
    const timer = setInterval(() => {
      const now = socket.writableLength;
      if (now > 0 && now < before) {
        before = now;
        return;
      }
      clearInterval(timer);
      socket.destroy();
    }, stuckMs);
    timer.unref();
    socket.on("close", () => clearInterval(timer));
  }
}

const stuckMs = 5_000;
/** Bytes that may wait for a reader, or to be sent, before the sender is asked to wait. */
export const highWater: number = 256 * 1024;
