import { type FileHandle, open } from "node:fs/promises";
import { fileError } from "./transfer-error.js";

/** A file that is read from its beginning to its end, or at places. */
export class InputFile {
  readonly path: string;
  readonly size: number;
  readonly #handle: FileHandle;
  /** How far `chunks` has come. */
  position = 0;

  private constructor(path: string, handle: FileHandle, size: number) {
    this.path = path;
    this.#handle = handle;
    this.size = size;
  }

  /** @throws INVALID_ARGUMENT where there is no such file, IO_ERROR */
  static async open(path: string): Promise<InputFile> {
    try {
      const handle = await open(path, "r");
      try {
        const stats = await handle.stat();
        if (stats.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
        return new InputFile(path, handle, stats.size);
      } catch (error) {
        await handle.close();
        throw error;
      }
    } catch (error) {
      throw fileError(error, path);
    }
  }

  /** The rest of the file from `position`, one piece at a time; each may be kept. */
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const buffer = Buffer.allocUnsafeSlow(chunkBytes);
      const bytesRead = await this.#read(buffer, this.position);
      if (bytesRead === 0) return;
      this.position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  /** Up to that many bytes from `position` on; fewer only at the end of the file. */
  async readAt(position: number, bytes: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafeSlow(bytes);
    let filled = 0;
    while (filled < bytes) {
      const bytesRead = await this.#read(buffer.subarray(filled), position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  }

  /** When it was last written to, and how long it is now. */
  async state(): Promise<string> {
    const { mtimeMs, size } = await this.#handle.stat();
    return `${mtimeMs} ${size}`;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #read(buffer: Buffer, position: number): Promise<number> {
    try {
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, position);
      return bytesRead;
    } catch (error) {
      throw fileError(error, this.path);
    }
  }
}

const chunkBytes = 64 * 1024;
