import { describe } from "../model/describe.js";
import type { Bytes } from "./line-source.js";
import { lineError } from "./transfer-error.js";

/** Bytes that come from elsewhere, such as standard input, counted as they are read. */
export class InputStream implements Bytes {
  readonly path = "the stream";
  readonly size = undefined;
  readonly #chunks: AsyncIterable<unknown>;
  position = 0;

  constructor(chunks: AsyncIterable<unknown>) {
    this.#chunks = chunks;
  }

  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of this.#chunks) {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      if (!(bytes instanceof Uint8Array)) {
        throw lineError(undefined, `expected bytes or text, got ${describe(chunk)}`);
      }
      this.position += bytes.byteLength;
      yield bytes;
    }
  }

  async close(): Promise<void> {}
}
