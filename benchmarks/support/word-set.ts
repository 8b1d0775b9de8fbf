import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dataFolder } from "./places.js";
import { seededRandom } from "./random.js";

export const dimension = 100;

/** Fields to filter on, as the example of the words has them. */
export type WordMetadata = { length: number; first: string; rank: number };

export interface WordEntry {
  readonly id: string;
  readonly vector: Float32Array;
  readonly metadata: WordMetadata;
}

/** Entries to measure with; the same every time. */
export interface WordSet {
  readonly count: number;
  /** All vectors, one after the other. */
  readonly vectors: Float32Array;
  entry(index: number): WordEntry;
  /** A vector that is in no entry. */
  query(index: number): Float32Array;
}

/** Makes the files of the words, unless they are there. */
export function prepareWords(): void {
  if (existsSync(new URL("glove-base.f32", dataFolder))) return;
  const script = fileURLToPath(new URL("prepare-glove.mjs", dataFolder));
  execFileSync(process.execPath, [script], { stdio: "inherit" });
}

/** The first of the prepared words. */
export function preparedWords(count: number): WordSet {
  const words = readFileSync(new URL("glove-base.txt", dataFolder), "utf8").split("\n");
  const vectors = readVectors("glove-base.f32").subarray(0, count * dimension);
  if (vectors.length < count * dimension) throw new Error(`there are fewer than ${count} words`);
  return wordSet(words, vectors, readVectors("glove-queries.f32"));
}

/** Seeded vectors of norm 1 in place of words, for where nothing is prepared. */
export function randomWords(count: number): WordSet {
  const words = Array.from({ length: count }, (_, index) => `word-${index.toString(36)}`);
  return wordSet(words, randomVectors(count, 1), randomVectors(100, 2));
}

export function wordsOf(sizes: { readonly vectors: "words" | "random" }, count: number): WordSet {
  return sizes.vectors === "words" ? preparedWords(count) : randomWords(count);
}

function wordSet(words: readonly string[], vectors: Float32Array, queries: Float32Array): WordSet {
  const queryCount = queries.length / dimension;
  const vectorAt = (all: Float32Array, index: number) =>
    all.subarray(index * dimension, (index + 1) * dimension);
  return {
    count: vectors.length / dimension,
    vectors,
    entry(index) {
      const id = words[index];
      const metadata = { length: id.length, first: id.slice(0, 1).toWellFormed(), rank: index };
      return { id, vector: vectorAt(vectors, index), metadata };
    },
    query: (index) => vectorAt(queries, index % queryCount),
  };
}

function readVectors(name: string): Float32Array {
  const bytes = readFileSync(new URL(name, dataFolder));
  // A copy begins at an address that float32 can be read from, wherever the file was read to.
  return new Float32Array(new Uint8Array(bytes).buffer);
}

function randomVectors(count: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const vectors = new Float32Array(count * dimension);
  for (let start = 0; start < vectors.length; start += dimension) {
    const vector = Array.from({ length: dimension }, () => random() - 0.5);
    const norm = Math.hypot(...vector);
    vectors.set(
      vector.map((number) => number / norm),
      start,
    );
  }
  return vectors;
}
