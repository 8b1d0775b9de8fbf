import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cacheFolder, dataFolder } from "../../support/places.js";
import { prepareWords, randomWords, dimension as wordDimension } from "../../support/word-set.js";
import { manifoldVectors } from "./manifold.js";
import { WordMixture } from "./word-mixture.js";

/** Vectors of norm 1 and questions that are none of them, as files of little-endian float32. */
export interface DataSet {
  /** As it is asked for: "words:100k". */
  readonly name: string;
  /** What it is, in a line. */
  readonly title: string;
  readonly dimension: number;
  readonly count: number;
  readonly base: string;
  readonly queries: string;
  readonly queryCount: number;
}

export const dataSetKinds = "words:COUNT | manifold:COUNT | random:COUNT";

/**
 * The vectors of that name, whose files are made where they are missing; the same every time.
 *
 * @throws for a name that is none
 */
export function prepareDataSet(name: string): DataSet {
  const [, kind, digits, unit] = /^(words|manifold|random):(\d+)([km]?)$/.exec(name) ?? [];
  const count = Number(digits) * (unit === "m" ? 1_000_000 : unit === "k" ? 1_000 : 1);
  if (!(count >= 100)) {
    throw new Error(`there are no vectors ${name}: ${dataSetKinds}, of 100 at least`);
  }
  if (kind === "words") return words(name, count);
  return kind === "manifold" ? manifold(name, count) : random(name, count);
}

/** How many of the prepared words are not held out. */
const wordCount = 340_479;

function words(name: string, count: number): DataSet {
  prepareWords();
  const folder = fileURLToPath(dataFolder);
  const shape = { name, dimension: wordDimension, count };
  const size = `${count.toLocaleString("en")} x ${wordDimension}`;
  if (count <= wordCount) {
    const title = `${size}, GloVe`;
    const files = { base: `${folder}glove-base.f32`, queries: `${folder}glove-queries.f32` };
    return { ...shape, ...files, title, queryCount: 1_000 };
  }
  const title = `${size}, GloVe where words reach, then a mixture fitted to them`;
  const queryCount = 1_000;
  const known = Math.round((queryCount * wordCount) / count);
  let mixture: WordMixture | undefined;
  const extend = (file: string, held: number, wanted: number, seed: number) => {
    mixture ??= new WordMixture(`${folder}glove-base.f32`);
    return mixture.extend(`${folder}${file}`, held, wanted, seed);
  };
  return {
    ...{ ...shape, title, queryCount },
    base: cached(`words-${count}.f32`, () => extend("glove-base.f32", wordCount, count, 1)),
    queries: cached(`words-${count}-queries.f32`, () =>
      extend("glove-queries.f32", known, queryCount, 2),
    ),
  };
}

function manifold(name: string, count: number): DataSet {
  const dimension = 768;
  const size = `${count.toLocaleString("en")} x ${dimension}`;
  const queryCount = 500;
  return {
    ...{ name, dimension, count, queryCount },
    title: `${size}, seeded: of 40 dimensions and a tenth noise`,
    base: cached(`manifold-${count}.f32`, () => manifoldVectors(count, 1)),
    queries: cached(`manifold-queries.f32`, () => manifoldVectors(queryCount, 2)),
  };
}

function random(name: string, count: number): DataSet {
  const all = randomWords(count);
  const queryCount = 100;
  return {
    ...{ name, dimension: wordDimension, count, queryCount },
    title: `${count.toLocaleString("en")} x ${wordDimension}, seeded`,
    base: cached(`random-${count}.f32`, () => all.vectors),
    queries: cached("random-queries.f32", () => {
      const queries = Array.from({ length: queryCount }, (_, i) => [...all.query(i)]);
      return Float32Array.from(queries.flat());
    }),
  };
}

/** The path of a file of the cache, made when it is not there: of one piece, or of several behind one another. */
export function cached(
  file: string,
  make: () => NodeJS.ArrayBufferView | Iterable<NodeJS.ArrayBufferView>,
): string {
  const path = fileURLToPath(new URL(file, cacheFolder));
  if (!existsSync(path)) {
    mkdirSync(cacheFolder, { recursive: true });
    // Whole, or not there.
    const draft = `${path}.${process.pid}`;
    const made = make();
    rmSync(draft, { force: true });
    for (const piece of ArrayBuffer.isView(made) ? [made] : made)
      appendFileSync(draft, asBytes(piece));
    renameSync(draft, path);
  }
  return path;
}

function asBytes({ buffer, byteOffset, byteLength }: NodeJS.ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
