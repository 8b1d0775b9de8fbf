import { vectorFromBytes } from "../model/vector.js";
import type { InputFile } from "./input-file.js";
import { type NpyHeader, npyHeaderBytesMax, npyWidths, parseNpyHeader } from "./npy-header.js";
import { lineError } from "./transfer-error.js";

/** The rows of a NumPy file, as float32. */
export class NpyRows {
  readonly header: NpyHeader;
  readonly #file: InputFile;
  /** Read so far. */
  bytes = 0;

  private constructor(file: InputFile, header: NpyHeader) {
    this.#file = file;
    this.header = header;
  }

  /** @throws INVALID_ARGUMENT unless the file is as long as its header says */
  static async open(file: InputFile): Promise<NpyRows> {
    const header = parseNpyHeader(await file.readAt(0, npyHeaderBytesMax));
    const { rows, dimension, type, offset } = header;
    const expected = offset + rows * dimension * npyWidths[type];
    if (file.size !== expected) {
      const which = file.size < expected ? "cut off" : "longer than its header says";
      const sentence = `the file is ${which}: ${rows} rows of ${dimension} are ${expected} bytes`;
      throw lineError(undefined, `${sentence}, got ${file.size}`);
    }
    return new NpyRows(file, header);
  }

  /** From that row on, counted from 0. */
  async *read(from: number): AsyncGenerator<Float32Array, void, undefined> {
    const { rows, dimension, type, offset } = this.header;
    const rowBytes = dimension * npyWidths[type];
    const rowsAtOnce = Math.max(1, Math.floor(chunkBytes / rowBytes));
    for (let row = from; row < rows; row += rowsAtOnce) {
      const bytes = Math.min(rowsAtOnce, rows - row) * rowBytes;
      const chunk = await this.#file.readAt(offset + row * rowBytes, bytes);
      if (chunk.length < bytes) throw lineError(undefined, "the file became shorter meanwhile");
      for (let start = 0; start < bytes; start += rowBytes) {
        this.bytes = offset + row * rowBytes + start + rowBytes;
        yield decoders[type](chunk.subarray(start, start + rowBytes));
      }
    }
  }
}

const decoders: Readonly<Record<NpyHeader["type"], (bytes: Buffer) => Float32Array>> = {
  "<f4": vectorFromBytes,
  "<f8": (bytes) =>
    Float32Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i)),
  "<f2": (bytes) =>
    Float32Array.from({ length: bytes.length / 2 }, (_, i) =>
      halfToNumber(bytes.readUInt16LE(2 * i)),
    ),
};

/** IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const chunkBytes = 64 * 1024;
