import { AhnlichError } from "../model/errors.js";

/**
 * Turns chunks, however they are cut, into frame bodies.
 *
 * A body is valid until the next `push`: it may be a view on the chunk.
 */
export class FrameReader {
  /** The longest body taken; may be raised once a peer has introduced itself. */
  maxFrameBytes: number;
  readonly #head = new Uint8Array(4);
  #headHave = 0;
  /** Of the frame under way: its length, and what has come of it, in a buffer that grows. */
  #length = 0;
  #body = new Uint8Array(0);
  #have = 0;

  constructor(maxFrameBytes: number) {
    this.maxFrameBytes = maxFrameBytes;
  }

  /** Whether a frame has begun that is not complete. */
  get partial(): boolean {
    return this.#headHave > 0;
  }

  /**
   * The bodies that are complete with this chunk, in order.
   *
   * @throws LIMIT_EXCEEDED for a length above `maxFrameBytes`, before anything is kept of it;
   *   PROTOCOL_ERROR for a length of 0. Nothing can be read after an error.
   */
  push(chunk: Uint8Array): Uint8Array[] {
    const bodies: Uint8Array[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#headHave === 0 && chunk.length - at >= 4) {
        const length = this.#check(lengthAt(chunk, at));
        const end = at + 4 + length;
        if (end <= chunk.length) {
          bodies.push(chunk.subarray(at + 4, end));
          at = end;
          continue;
        }
      }
      at = this.#collect(chunk, at, bodies);
    }
    return bodies;
  }

  /** Takes what the frame under way still needs from the chunk; where to go on. */
  #collect(chunk: Uint8Array, from: number, bodies: Uint8Array[]): number {
    let at = from;
    while (this.#headHave < 4 && at < chunk.length) this.#head[this.#headHave++] = chunk[at++];
    if (this.#headHave < 4) return at;
    this.#length = this.#check(lengthAt(this.#head, 0));
    const taken = Math.min(chunk.length - at, this.#length - this.#have);
    this.#makeRoom(this.#have + taken);
    this.#body.set(chunk.subarray(at, at + taken), this.#have);
    this.#have += taken;
    if (this.#have === this.#length) {
      bodies.push(this.#body.subarray(0, this.#length));
      this.#headHave = 0;
      this.#have = 0;
      this.#body = new Uint8Array(0);
    }
    return at + taken;
  }

  /** Doubles, so that a length alone costs nothing and every byte is copied a bounded number of times. */
  #makeRoom(bytes: number): void {
    if (bytes <= this.#body.length) return;
    const grown = new Uint8Array(Math.min(this.#length, Math.max(bytes, this.#body.length * 2)));
    grown.set(this.#body.subarray(0, this.#have));
    this.#body = grown;
  }

  #check(length: number): number {
    if (length > this.maxFrameBytes) {
      throw new AhnlichError(
        "LIMIT_EXCEEDED",
        `a frame of ${length} bytes came, above the ${this.maxFrameBytes} that are taken`,
        { details: { limit: "maxFrameBytes", bound: this.maxFrameBytes, got: length } },
      );
    }
    if (length === 0) throw new AhnlichError("PROTOCOL_ERROR", "a frame of no bytes came");
    return length;
  }
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}
