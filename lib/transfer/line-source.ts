import type { Limits } from "../model/limits.js";
import type { InputFile } from "./input-file.js";
import type { Item, Source } from "./item.js";
import { readLines } from "./lines.js";

/** Items that come from the lines of a file or of a stream. */
export class LineSource implements Source {
  readonly file: string;
  readonly #bytes: Bytes;
  readonly #limits: Limits;
  readonly #toItems: ToItems;

  constructor(bytes: Bytes, limits: Limits, toItems: ToItems) {
    this.file = bytes.path;
    this.#bytes = bytes;
    this.#limits = limits;
    this.#toItems = toItems;
  }

  get totalBytes(): number | undefined {
    return this.#bytes.size;
  }

  get bytes(): number {
    return this.#bytes.position;
  }

  items(from: number): AsyncGenerator<Item, void, undefined> {
    const lines = readLines(this.#bytes.chunks(), lineBytesMax(this.#limits), from);
    return this.#toItems(lines, from);
  }

  async close(): Promise<void> {
    await this.#bytes.close();
  }
}

/** Makes the items of the lines from `from` on; of those before only the first is given. */
export type ToItems = (
  lines: ReturnType<typeof readLines>,
  from: number,
) => AsyncGenerator<Item, void, undefined>;

/** What is needed of a file or of a stream. */
export type Bytes = Pick<InputFile, "path" | "position" | "chunks" | "close"> & {
  readonly size: number | undefined;
};

/** What the largest entry can take as JSON, white space apart. */
export function lineBytesMax(limits: Limits): number {
  const { dimension, idBytes, metadataBytes } = limits;
  return 4_096 + 32 * dimension + 8 * (idBytes + metadataBytes);
}
