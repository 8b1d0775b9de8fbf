import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describe } from "../model/describe.js";
import { AhnlichError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";
import { isPlainObject } from "../model/plain-object.js";
import { parseLine } from "./entry-line.js";
import { InputFile } from "./input-file.js";
import type { Item, Source } from "./item.js";
import { readArray } from "./json-array.js";
import { lineBytesMax } from "./line-source.js";
import { fileError, lineError } from "./transfer-error.js";

/**
 * A folder that a LocalIndex of vectra made: `index.json` with its items, and the whole metadata of
 * an item in a file of its own where only some fields are indexed. Item 1 is line 1.
 */
export class VectraSource implements Source {
  readonly file: string;
  readonly #index: InputFile;
  readonly #limits: Limits;

  private constructor(index: InputFile, limits: Limits) {
    this.file = index.path;
    this.#index = index;
    this.#limits = limits;
  }

  /** Of the folder, or of the index file in it. @throws INVALID_ARGUMENT, UNSUPPORTED, IO_ERROR */
  static async open(path: string, limits: Limits): Promise<VectraSource> {
    const folder = await isFolder(path);
    if (
      folder &&
      !(await exists(join(path, "index.json"))) &&
      (await exists(join(path, "index.pb")))
    ) {
      const sentence = `${path}: the index is in Protocol Buffers; save it with vectra's JSON codec first`;
      throw new AhnlichError("UNSUPPORTED", sentence, { details: { file: path } });
    }
    return new VectraSource(await InputFile.open(folder ? join(path, "index.json") : path), limits);
  }

  get totalBytes(): number {
    return this.#index.size;
  }

  get bytes(): number {
    return this.#index.position;
  }

  async *items(from: number): AsyncGenerator<Item, void, undefined> {
    const elements = readArray(this.#index.chunks(), "items", lineBytesMax(this.#limits));
    for await (const { number, text } of elements) {
      if (number < from) continue;
      const { id, vector, metadata, metadataFile } = parseLine(text, number);
      const whole = metadataFile === undefined ? metadata : await this.#read(metadataFile, number);
      yield { line: number, entry: { id, vector, metadata: whole ?? {} } };
    }
  }

  async close(): Promise<void> {
    await this.#index.close();
  }

  async #read(name: unknown, line: number): Promise<unknown> {
    if (typeof name !== "string" || name !== basename(name) || !name.endsWith(".json")) {
      const got = describe(name);
      throw lineError(line, `metadataFile: expected the name of a JSON file beside it, got ${got}`);
    }
    const path = join(dirname(this.#index.path), name);
    try {
      const { size } = await stat(path);
      if (size > lineBytesMax(this.#limits)) {
        throw lineError(line, `${name}: ${size} bytes are too many`, "LIMIT_EXCEEDED");
      }
      const metadata: unknown = JSON.parse(await readFile(path, "utf8"));
      if (isPlainObject(metadata)) return metadata;
      throw lineError(line, `${name}: expected a JSON object, got ${describe(metadata)}`);
    } catch (error) {
      if (error instanceof SyntaxError) throw lineError(line, `${name}: expected JSON`);
      throw fileError(error, path);
    }
  }
}

/** Whether it looks like one. */
export async function isVectraFolder(path: string): Promise<boolean> {
  return (await exists(join(path, "index.json"))) || (await exists(join(path, "index.pb")));
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw fileError(error, path);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
