import { lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { type EmbeddedEngine, open, type Store } from "../../lib/index.js";
import { childJob } from "../support/child.js";
import { quiet } from "../support/quiet.js";
import { limit, readTruth } from "./data-sets/truth.js";
import { VectorFile } from "./data-sets/vector-file.js";
import { memoryOfProcess } from "./memory-of.js";
import type { Delay, LoadedScale, OpenedScale, ScaleJob } from "./scale.js";

const tie = 1e-6;
const rateMs = 3_000;

// A process that loads one large store or opens it, and does nothing else.
const { job: asked, answer } = await childJob();
const job = asked as ScaleJob;
const { data, folder, vectors, threads } = job;
const { dimension, count } = data;
const delay = monitorEventLoopDelay({ resolution: 1 });
using questions = new VectorFile(data.queries, dimension, data.queryCount);
answer(job.task === "load" ? await load() : await openAndSearch());
if (process.connected) process.disconnect();

async function load(): Promise<LoadedScale> {
  mkdirSync(folder, { recursive: true });
  const engine = await open(folder, { threads });
  const store = await engine.createStore("s", { dimension, vectors });
  using base = new VectorFile(data.base, dimension, count);
  delay.enable();
  const loadSeconds = await seconds(() => store.load(entriesOf(base)));
  const linkSeconds = await seconds(() => linked(store));
  const measureSeconds = await seconds(async () => {
    await walked(engine);
    await quiet(); // it is measured more closely behind that
  });
  delay.disable();
  const memory = memoryOfProcess();
  const entries = await store.count();
  const closeSeconds = await seconds(() => engine.close({ timeoutMs: 60_000 }));
  const folderBytes = bytesBelow(folder);
  const times = { loadSeconds, linkSeconds, measureSeconds, closeSeconds };
  return { ...times, entries, memory, folderBytes, delayMs: delayOf() };
}

async function openAndSearch(): Promise<OpenedScale> {
  delay.enable();
  const start = performance.now();
  await using engine = await open(folder, { threads });
  const store = engine.store("s");
  await store.search(questions.at(0), { limit, recall: 1 });
  const firstMs = performance.now() - start;
  const walkedSeconds = await seconds(() => walked(engine));
  delay.disable();
  const memory = memoryOfProcess();
  return {
    ...{ firstMs, walkedSeconds, memory, delayMs: delayOf() },
    ...(await rateAndRecall(store)),
    exactRate: (await rateOf(store, 1)).rate,
  };
}

async function rateAndRecall(store: Store): Promise<{ rate: number; recall: number }> {
  const truth = readTruth(job.truth, data.queryCount);
  let hits = 0;
  for (let i = 0; i < data.queryCount; i++) {
    for (const { distance } of await store.search(questions.at(i), { limit })) {
      if (distance <= truth.farthest[i] + tie) hits++;
    }
  }
  return { ...(await rateOf(store, 0.95)), recall: hits / (limit * data.queryCount) };
}

async function rateOf(store: Store, recall: number): Promise<{ rate: number }> {
  const include = { metadata: false };
  const start = performance.now();
  let searched = 0;
  while (performance.now() - start < rateMs) {
    await store.search(questions.at(searched++ % data.queryCount), { limit, recall, include });
  }
  return { rate: searched / ((performance.now() - start) / 1_000) };
}

function* entriesOf(base: VectorFile) {
  for (const { first, count: some, at } of base.blocks(1_000)) {
    for (let i = 0; i < some; i++) yield { id: String(first + i), vector: at(i) };
  }
}

async function linked(store: Store): Promise<void> {
  while ((await store.info()).graph.entries < count) await setTimeout(100);
}

/** Asks until it is known what walks find, and one is chosen. */
async function walked(engine: EmbeddedEngine): Promise<void> {
  for (let i = 0; ; i++) {
    const target = questions.at(i % data.queryCount);
    const { plan } = await engine.explain({ kind: "search", store: "s", target, limit });
    if (plan === "graph") break;
    await setTimeout(50);
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}

function delayOf(): Delay {
  return { p99: delay.percentile(99) / 1e6, most: delay.max / 1e6 };
}

function bytesBelow(path: string): number {
  const status = lstatSync(path);
  if (!status.isDirectory()) return status.isFile() ? status.blocks * 512 : 0;
  return readdirSync(path).reduce((bytes, name) => bytes + bytesBelow(join(path, name)), 0);
}
