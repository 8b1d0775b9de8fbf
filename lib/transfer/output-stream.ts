import type { Writable } from "node:stream";
import { fileError } from "./transfer-error.js";

/** A stream of the caller, such as standard output, that is written to no faster than it takes. */
export class OutputStream {
  readonly #stream: Writable;
  bytes = 0;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Settles when the stream has taken the bytes. @throws IO_ERROR when it fails */
  async write(bytes: Uint8Array): Promise<void> {
    const stream = this.#stream;
    await new Promise<void>((resolve, reject) => {
      const failed = (error: unknown): void => reject(fileError(error, "the stream"));
      // A stream that fails tells its callback and everybody who listens: somebody must.
      stream.once("error", failed);
      stream.write(bytes, (error) => {
        if (error) return failed(error);
        stream.off("error", failed);
        resolve();
      });
    });
    this.bytes += bytes.length;
  }

  async finish(): Promise<void> {}

  async discard(): Promise<void> {}
}
