/** A frame of that many bytes with its framing: its length as a u32, then that many zeros. */
export function emptyFrame(bytes: number): Buffer {
  const frame = Buffer.alloc(bytes);
  frame.writeUInt32LE(bytes - lengthBytes, 0);
  return frame;
}

/** Finds the frames in chunks, however they are cut. */
export class FrameCounter {
  #rest: Buffer = Buffer.alloc(0);

  /** How many frames are complete with this chunk. */
  push(chunk: Buffer): number {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let frames = 0;
    let at = 0;
    while (at + lengthBytes <= bytes.length) {
      const end = at + lengthBytes + bytes.readUInt32LE(at);
      if (end > bytes.length) break;
      frames++;
      at = end;
    }
    this.#rest = bytes.subarray(at);
    return frames;
  }
}

const lengthBytes = 4;
