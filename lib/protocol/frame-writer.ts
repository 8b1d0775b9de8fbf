import { AhnlichError } from "../model/errors.js";
import type { Message } from "./message.js";

/**
 * Collects messages into frames: those written between two calls of `cut` share frames, as many
 * as fit; `take` gives all bytes since the last `take`, ready for `Transport.send`.
 */
export class FrameWriter {
  /** The longest frame body that the peer takes. */
  maxFrameBytes: number;

  constructor(maxFrameBytes: number) {
    this.maxFrameBytes = maxFrameBytes;
  }

  /**
   * Appends a message. An answer too long for a frame is cut into parts.
   *
   * @throws LIMIT_EXCEEDED for any other message that is too long for a frame; nothing is written.
   */
  write(_message: Message): void {
    throw new AhnlichError("INTERNAL", "in the making");
  }

  /** Ends the frame: the next message begins another. */
  cut(): void {
    throw new AhnlichError("INTERNAL", "in the making");
  }

  /** Bytes that `take` would give. */
  get length(): number {
    throw new AhnlichError("INTERNAL", "in the making");
  }

  /** Everything written, never touched again by the writer; empty where there is nothing. */
  take(): Uint8Array[] {
    throw new AhnlichError("INTERNAL", "in the making");
  }
}

/** The messages as frames, as few as hold them. @throws LIMIT_EXCEEDED as `FrameWriter.write` does */
export function encodeFrames(messages: readonly Message[], maxFrameBytes: number): Uint8Array[] {
  const writer = new FrameWriter(maxFrameBytes);
  for (const message of messages) writer.write(message);
  return writer.take();
}
