import type { EmbeddedEngine } from "../../lib/handles/embedded-engine.js";
import type { Engine } from "../../lib/handles/engine.js";
import { open } from "../../lib/index.js";
import { dimension, type WordSet } from "./word-set.js";

/** The store that is read. */
export const storeName = "words";
/** The store that is written to meanwhile. */
export const writtenName = "written";

/** The two engines that operations are asked of, the one in memory filled. */
export interface Engines extends AsyncDisposable {
  readonly memory: EmbeddedEngine;
  readonly durable: EmbeddedEngine;
}

export async function openEngines(words: WordSet, path: string): Promise<Engines> {
  const memory = await open();
  const durable = await open(path);
  const store = await memory.createStore(storeName, { dimension });
  await store.load(entriesOf(words, words.count));
  for (const engine of [memory, durable]) await engine.createStore(writtenName, { dimension });
  return together(memory, durable);
}

/** Both, closed one after the other. */
export function together<E extends Engine>(memory: E, durable: E) {
  return {
    memory,
    durable,
    async [Symbol.asyncDispose](): Promise<void> {
      await memory.close();
      await durable.close();
    },
  };
}

export function* entriesOf(words: WordSet, count: number) {
  for (let index = 0; index < count; index++) yield words.entry(index);
}
