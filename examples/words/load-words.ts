import type { EmbeddedEngine, Store } from "ahnlich";
import { heading, progressBar, say } from "./print.js";
import { dimension, readWords, type Word, wordEntries } from "./word.js";

export const path = "./data";
export const name = "words";

/** Loads the words into the engine, or finds that they are there from the last time. */
export async function loadWords(engine: EmbeddedEngine): Promise<Store<Word>> {
  heading(`Opening ${path}`);
  const words = readWords();
  const store = await engine.createStore<Word>(name, { dimension, ifNotExists: true });
  const found = await store.count();
  if (found === words.length) {
    say(`  Found ${found.toLocaleString("en")} words there, from the last time.`);
    return store;
  }
  const start = performance.now();
  await store.load(wordEntries(words), { onProgress: progressBar(words.length) });
  const seconds = ((performance.now() - start) / 1_000).toFixed(2);
  say(`  Loaded ${words.length.toLocaleString("en")} words in ${seconds} s; they are on disk.`);
  return store;
}
