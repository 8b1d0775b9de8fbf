import type { Transport } from "./transport.js";

/** Bytes that wait to be sent. */
export interface Outgoing {
  readonly length: number;
  take(): Uint8Array[];
}

/**
 * Sends what is written within one turn together, and no more than the peer takes: while it is slower
 * than we are the bytes stay with us, where they can be counted. Large ones go in pieces, so that a
 * peer that takes any is seen to make progress.
 */
export class Outbox {
  readonly #transport: Transport;
  readonly #outgoing: Outgoing;
  readonly #onProgress: () => void;
  readonly #flush = (): void => this.flush();
  #scheduled = false;
  #stopped = false;
  #pieces: Piece[] = [];
  #pieceBytes = 0;
  #blockedSince: number | undefined;
  #turn = 0;
  #drained: (() => void)[] = [];

  constructor(transport: Transport, outgoing: Outgoing, onProgress: () => void) {
    this.#transport = transport;
    this.#outgoing = outgoing;
    this.#onProgress = onProgress;
  }

  /** Sends what was written when this turn is over. */
  wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(this.#flush);
  }

  /** Sends now what the peer takes. */
  flush(): void {
    this.#scheduled = false;
    if (this.#stopped || this.#blockedSince !== undefined) return;
    if (this.#outgoing.length === 0) return;
    this.#turn += 1;
    const small = this.#outgoing.length <= pieceBytesMax;
    const chunks = this.#outgoing.take();
    if (small) this.#send(chunks);
    else this.#sendPieces(chunks);
  }

  /** Takes nothing more; what waits is dropped. */
  stop(): void {
    this.#stopped = true;
    this.#pieces = [];
    this.#pieceBytes = 0;
    this.#outgoing.take();
    this.#settle();
  }

  /** When everything written so far has been given to the peer, or never will be. */
  drained(): Promise<void> {
    this.flush();
    if (this.#stopped || this.queuedBytes === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Bytes that are held for the peer: of what goes in pieces all, until the last has been taken. */
  get queuedBytes(): number {
    return this.#outgoing.length + this.#pieceBytes;
  }

  /** Since when (`performance.now`) the peer takes nothing though something waits. */
  get blockedSince(): number | undefined {
    return this.#blockedSince;
  }

  /** How often bytes were taken to be sent: what was written at an earlier turn may have arrived. */
  get turn(): number {
    return this.#turn;
  }

  #send(chunks: Uint8Array[]): boolean {
    let waiting: Promise<void> | undefined;
    try {
      waiting = this.#transport.send(chunks);
    } catch {
      // The transport is closed: its `closed` promise tells the reason.
      this.stop();
      return false;
    }
    if (waiting === undefined) return true;
    this.#blockedSince = performance.now();
    waiting.then(
      () => this.#resume(),
      () => this.stop(),
    );
    return false;
  }

  #sendPieces(chunks: Uint8Array[]): void {
    for (const chunk of chunks) {
      const { length } = chunk;
      for (let at = 0; at < length; at += pieceBytesMax) {
        const isLast = at + pieceBytesMax >= length;
        const bytes = chunk.subarray(at, at + pieceBytesMax);
        this.#pieces.push({ bytes, frees: isLast ? length : 0 });
      }
      this.#pieceBytes += chunk.length;
    }
    this.#pump();
  }

  #pump(): void {
    let at = 0;
    while (at < this.#pieces.length) {
      const { bytes, frees } = this.#pieces[at++];
      this.#pieceBytes -= frees;
      if (!this.#send([bytes])) break;
    }
    this.#pieces.splice(0, at);
  }

  #resume(): void {
    this.#blockedSince = undefined;
    if (this.#stopped) return;
    this.#pump();
    this.flush();
    this.#settle();
    this.#onProgress();
  }

  #settle(): void {
    if (!this.#stopped && (this.queuedBytes > 0 || this.#blockedSince !== undefined)) return;
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}

/** A part of a chunk, all of which is held until no part of it is wanted. */
interface Piece {
  readonly bytes: Uint8Array;
  /** What is no longer held once it is taken. */
  readonly frees: number;
}

const pieceBytesMax = 64 * 1024;
