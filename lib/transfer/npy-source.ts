import { AhnlichError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";
import { parseLine, toEntry, toHead } from "./entry-line.js";
import { InputFile } from "./input-file.js";
import type { Item, Source } from "./item.js";
import { lineBytesMax } from "./line-source.js";
import { readLines } from "./lines.js";
import { NpyRows } from "./npy-rows.js";
import { atPlace, lineError } from "./transfer-error.js";

/** The file that stands beside a matrix and says what its rows are: films.jsonl beside films.npy. */
export function besideNpy(path: string): string {
  return `${path.replace(/\.npy$/i, "")}.jsonl`;
}

/** Vectors from a NumPy file; the ids and metadata of its rows from the JSON lines beside it. */
export class NpySource implements Source {
  readonly file: string;
  readonly #rows: NpyRows;
  readonly #matrix: InputFile;
  readonly #lines: InputFile;
  readonly #limits: Limits;

  private constructor(rows: NpyRows, matrix: InputFile, lines: InputFile, limits: Limits) {
    this.file = lines.path;
    this.#rows = rows;
    this.#matrix = matrix;
    this.#lines = lines;
    this.#limits = limits;
  }

  /** @throws INVALID_ARGUMENT unless there are as many lines of entries as there are rows; IO_ERROR */
  static async open(path: string, limits: Limits): Promise<NpySource> {
    const matrix = await InputFile.open(path);
    try {
      const rows = await openRows(matrix);
      const lines = await openLines(besideNpy(path));
      try {
        const entries = await countEntries(lines, limits);
        if (entries === rows.header.rows) return new NpySource(rows, matrix, lines, limits);
        const sentence = `expected an entry for each of the ${rows.header.rows} rows of ${path}`;
        throw atPlace(lineError(undefined, `${sentence}, got ${entries}`), lines.path);
      } catch (error) {
        await lines.close();
        throw error;
      }
    } catch (error) {
      await matrix.close();
      throw error;
    }
  }

  get totalBytes(): number {
    return this.#matrix.size + this.#lines.size;
  }

  get bytes(): number {
    return this.#rows.bytes + this.#lines.position;
  }

  async *items(from: number): AsyncGenerator<Item, void, undefined> {
    const { dimension } = this.#rows.header;
    const depthMax = this.#limits.metadataDepth;
    this.#lines.position = 0;
    const vectors = this.#rows.read(0);
    for await (const { number, text } of readLines(
      this.#lines.chunks(),
      lineBytesMax(this.#limits),
    )) {
      const object = parseLine(text, number);
      const head = number === 1 ? toHead(object, number) : undefined;
      if (head !== undefined && head.dimension !== dimension) {
        const sentence = `expected ${head.dimension} dimensions, the matrix has ${dimension}`;
        throw lineError(number, sentence, "DIMENSION_MISMATCH");
      }
      if (number === 1) yield { head: { ...head, dimension } };
      if (head !== undefined) continue;
      const { done, value: vector } = await vectors.next();
      if (done === true) throw lineError(number, "there are more lines than rows");
      if (number < from) continue;
      if (object.vector !== undefined)
        throw lineError(number, "the vector is in the matrix already");
      yield { line: number, entry: { ...toEntry(object, number, depthMax), vector } };
    }
  }

  async close(): Promise<void> {
    await this.#matrix.close();
    await this.#lines.close();
  }
}

/** The rows of a NumPy file alone: their ids are those that the vectors give, and row 1 is line 1. */
export class BareNpySource implements Source {
  readonly file: string;
  readonly totalBytes: number;
  readonly #rows: NpyRows;
  readonly #matrix: InputFile;

  private constructor(rows: NpyRows, matrix: InputFile) {
    this.file = matrix.path;
    this.totalBytes = matrix.size;
    this.#rows = rows;
    this.#matrix = matrix;
  }

  /** @throws INVALID_ARGUMENT, IO_ERROR */
  static async open(path: string): Promise<BareNpySource> {
    const matrix = await InputFile.open(path);
    try {
      return new BareNpySource(await openRows(matrix), matrix);
    } catch (error) {
      await matrix.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.#rows.bytes;
  }

  async *items(from: number): AsyncGenerator<Item, void, undefined> {
    yield { head: { dimension: this.#rows.header.dimension } };
    let line = from;
    for await (const vector of this.#rows.read(from - 1)) yield { line: line++, entry: { vector } };
  }

  async close(): Promise<void> {
    await this.#matrix.close();
  }
}

async function openRows(matrix: InputFile): Promise<NpyRows> {
  try {
    return await NpyRows.open(matrix);
  } catch (error) {
    throw atPlace(error, matrix.path);
  }
}

async function openLines(path: string): Promise<InputFile> {
  try {
    return await InputFile.open(path);
  } catch (error) {
    if (!(error instanceof AhnlichError) || error.details.reason !== "ENOENT") throw error;
    const sentence = "it is not there, with the ids and metadata of the rows; set `vectorsOnly`";
    throw atPlace(lineError(undefined, `${sentence} to do without`), path);
  }
}

/** How many lines are entries, the first one aside where it is a head. */
async function countEntries(lines: InputFile, limits: Limits): Promise<number> {
  let entries = 0;
  try {
    for await (const { number, text } of readLines(lines.chunks(), lineBytesMax(limits))) {
      const isHead = number === 1 && toHead(parseLine(text, number), number) !== undefined;
      if (!isHead) entries++;
    }
  } catch (error) {
    throw atPlace(error, lines.path);
  }
  return entries;
}
