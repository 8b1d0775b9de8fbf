import { existsSync } from "node:fs";
import type { Entry } from "../model/entry.js";
import { AhnlichError } from "../model/errors.js";
import { vectorToBytes } from "../model/vector.js";
import type { StoreHead } from "./item.js";
import { JsonlTarget } from "./jsonl-target.js";
import { makeNpyHeader } from "./npy-header.js";
import { besideNpy } from "./npy-source.js";
import { OutputFile } from "./output-file.js";
import type { Target } from "./target.js";

/** Vectors as a NumPy file of format 1.0, float32; ids and metadata as JSON lines beside it. */
export class NpyTarget implements Target {
  readonly #matrix: OutputFile;
  readonly #lines: JsonlTarget;
  readonly #dimension: number;
  #rows = 0;
  #vectors: Uint8Array[] = [];

  private constructor(matrix: OutputFile, lines: JsonlTarget, dimension: number) {
    this.#matrix = matrix;
    this.#lines = lines;
    this.#dimension = dimension;
  }

  /** @throws INVALID_ARGUMENT where one of the two is there and not to be overwritten; IO_ERROR */
  static async create(path: string, overwrite: boolean, head: StoreHead): Promise<NpyTarget> {
    const matrix = await OutputFile.create(path, overwrite);
    try {
      // How many rows there are is known at the end.
      await matrix.write(makeNpyHeader(0, head.dimension));
      if (overwrite) refuseLonely(path);
      const lines = await OutputFile.create(besideNpy(path), overwrite);
      return new NpyTarget(matrix, new JsonlTarget(lines, head, false), head.dimension);
    } catch (error) {
      await matrix.discard();
      throw error;
    }
  }

  get bytes(): number {
    return this.#matrix.bytes + this.#lines.bytes;
  }

  add(entry: Entry): void {
    this.#lines.add(entry);
    this.#vectors.push(vectorToBytes(entry.vector));
    this.#rows++;
  }

  async flush(): Promise<void> {
    const vectors = this.#vectors;
    this.#vectors = [];
    await this.#matrix.write(Buffer.concat(vectors));
    await this.#lines.flush();
  }

  /** The lines first: where the matrix is there, both are. */
  async finish(): Promise<void> {
    await this.flush();
    await this.#lines.finish();
    await this.#matrix.finish(makeNpyHeader(this.#rows, this.#dimension));
  }

  async discard(): Promise<void> {
    await this.#matrix.discard();
    await this.#lines.discard();
  }
}

/** Lines without a matrix are no half of a pair but an export of their own, with vectors perhaps. */
function refuseLonely(path: string): void {
  const lines = besideNpy(path);
  if (existsSync(path) || !existsSync(lines)) return;
  const sentence = `${lines}: it is there already, without ${path}, and is not replaced`;
  throw new AhnlichError("INVALID_ARGUMENT", sentence, { details: { file: lines } });
}
