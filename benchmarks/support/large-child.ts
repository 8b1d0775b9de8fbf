import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Store } from "../../lib/handles/store.js";
import { open } from "../../lib/index.js";
import { childJob, parentGone } from "./child.js";
import type { LargeJob, Loaded, Opened } from "./large.js";
import { dimension, type WordSet, wordsOf } from "./word-set.js";
import { entriesOf, storeName } from "./word-store.js";

// A process that loads the large store or opens it, and does nothing else.
const { job, answer } = await childJob();
const { task, path, count, vectors } = job as LargeJob;
const words = wordsOf({ vectors }, count);
if (task === "own") await own(words, path);
else answer(task === "load" ? await load(words, path) : await openAndSearch(words, path));
if (process.connected) process.disconnect();

/** Loads every entry while searches go on, and watches the event loop meanwhile. */
async function load(words: WordSet, path: string): Promise<Loaded> {
  await using engine = await open(path);
  const store = await engine.createStore(storeName, { dimension });
  await store.load(entriesOf(words, Math.min(100, words.count)));
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let loading = true;
  const start = performance.now();
  delay.enable();
  const searching = searchWhile(store, words, () => loading);
  await store.load(entriesOf(words, words.count));
  loading = false;
  const searches = await searching;
  delay.disable();
  const seconds = (performance.now() - start) / 1_000;
  return {
    seconds,
    searches,
    entries: await store.count(),
    delayMs: {
      median: delay.percentile(50) / 1e6,
      p99: delay.percentile(99) / 1e6,
      most: delay.max / 1e6,
    },
  };
}

/** One search after the other, as long as they are wanted; how many. */
async function searchWhile(store: Store, words: WordSet, wanted: () => boolean): Promise<number> {
  let searches = 0;
  do {
    const matches = await store.search(words.query(searches++), { limit: 10 });
    if (matches.length !== 10) throw new Error(`a search found ${matches.length} of 10`);
  } while (wanted());
  return searches;
}

/** Owns the folder and shares it, until nobody wants that any more. */
async function own(words: WordSet, path: string): Promise<void> {
  await using engine = await open(path, { shared: true });
  await engine.store(storeName).search(words.query(0), { limit: 10 });
  answer("open");
  await parentGone();
}

async function openAndSearch(words: WordSet, path: string): Promise<Opened> {
  const { id, vector } = words.entry(words.count - 1);
  const start = performance.now();
  const engine = await open(path);
  const opened = performance.now();
  const [first] = await engine.store(storeName).search(vector, { limit: 10, recall: 1 });
  const answered = performance.now();
  if (first.id !== id) throw new Error(`expected ${id} as the nearest, got ${first.id}`);
  const entries = await engine.store(storeName).count();
  await engine.close();
  return { openMs: opened - start, searchMs: answered - opened, entries };
}
