import { readFileSync } from "node:fs";
import type { EntryInput } from "ahnlich";

/** The metadata of a word; its id is the word itself. */
export interface Word {
  length: number;
  firstLetter: string;
  /** 1 for the most frequent word. */
  rank: number;
}

export const dimension = 100;

/** The words that are in the repository, the most frequent first. */
export function readWords(): string[] {
  return readFileSync(new URL("words.txt", folder), "utf8").trimEnd().split("\n");
}

/** Each word as an entry, with its vector. */
export function* wordEntries(words: readonly string[]): Generator<EntryInput<Word>> {
  const bytes = readFileSync(new URL("vectors.f32", folder));
  for (const [place, word] of words.entries()) {
    const vector = new Float32Array(dimension);
    for (let i = 0; i < dimension; i++) {
      vector[i] = bytes.readFloatLE((place * dimension + i) * 4);
    }
    const [firstLetter] = word;
    yield {
      id: word,
      vector,
      metadata: { length: [...word].length, firstLetter, rank: place + 1 },
    };
  }
}

/** The compiled example stands in build/examples/words, its data stays in examples/words. */
const folder = new URL("../../../examples/words/", import.meta.url);
