import type { Limits } from "../model/limits.js";
import { parseLine, toEntry, toHead } from "./entry-line.js";
import type { InputFile } from "./input-file.js";
import type { Item, Source } from "./item.js";
import { readLines } from "./lines.js";

/** Entries as JSON lines, as `exportStore` writes them or as a program makes them by hand. */
export class JsonlSource implements Source {
  readonly file: string;
  readonly #bytes: Bytes;
  readonly #limits: Limits;

  constructor(bytes: Bytes, limits: Limits) {
    this.file = bytes.path;
    this.#bytes = bytes;
    this.#limits = limits;
  }

  get totalBytes(): number | undefined {
    return this.#bytes.size;
  }

  get bytes(): number {
    return this.#bytes.position;
  }

  async *items(from: number): AsyncGenerator<Item, void, undefined> {
    const lines = readLines(this.#bytes.chunks(), lineBytesMax(this.#limits), from);
    for await (const { number, text } of lines) {
      const object = parseLine(text, number);
      const head = number === 1 ? toHead(object, number) : undefined;
      if (head !== undefined) yield { head };
      else if (number >= from) {
        const entry = toEntry(object, number, this.#limits.metadataDepth);
        yield { line: number, entry };
      }
    }
  }

  async close(): Promise<void> {
    await this.#bytes.close();
  }
}

/** What is needed of a file or of a stream. */
export type Bytes = Pick<InputFile, "path" | "position" | "chunks" | "close"> & {
  readonly size: number | undefined;
};

/** What the largest entry can take as JSON, white space apart. */
export function lineBytesMax(limits: Limits): number {
  const { dimension, idBytes, metadataBytes } = limits;
  return 4_096 + 32 * dimension + 8 * (idBytes + metadataBytes);
}
