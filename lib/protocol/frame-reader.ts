import { AhnlichError } from "../model/errors.js";

/**
 * Turns chunks, however they are cut, into frame bodies.
 *
 * A body is valid until the next `push`: it may be a view on the chunk.
 */
export class FrameReader {
  /** The longest body taken; may be raised once a peer has introduced itself. */
  maxFrameBytes: number;

  constructor(maxFrameBytes: number) {
    this.maxFrameBytes = maxFrameBytes;
  }

  /** Whether a frame has begun that is not complete. */
  get partial(): boolean {
    throw new AhnlichError("INTERNAL", "in the making");
  }

  /**
   * The bodies that are complete with this chunk, in order; iterate to the end before the next push.
   *
   * @throws LIMIT_EXCEEDED for a length above `maxFrameBytes`, before anything is kept of it;
   *   PROTOCOL_ERROR for a length of 0. Nothing can be read after an error.
   */
  push(_chunk: Uint8Array): Uint8Array[] {
    throw new AhnlichError("INTERNAL", "in the making");
  }
}
