import { open, type Store } from "../../lib/index.js";
import { type KernelsKind, supportsKernels } from "../../lib/kernels/kernels.js";
import { PlainRead } from "../limits/plain-read.js";
import { type Findings, showSpread } from "../report.js";
import type { Sizes } from "../sizes.js";
import { BareIndex } from "../support/bare-index.js";
import { interleave, valuesOf } from "../support/interleave.js";
import { medianMilliseconds } from "../support/milliseconds.js";
import { quiet } from "../support/quiet.js";
import { ratios, spreadOf } from "../support/stats.js";
import { dimension, wordsOf } from "../support/word-set.js";
import { entriesOf, storeName } from "../support/word-store.js";

/** Exact searches of the large store, beside a plain read of the same vectors on one thread. */
export async function measureExactSearch(sizes: Sizes): Promise<Findings> {
  const words = wordsOf(sizes, sizes.large);
  const read = new PlainRead(words.vectors, dimension);
  const engines = {
    "one worker": await open({ threads: 1 }),
    "no worker": await open({ threads: 0 }),
  };
  const calls = Math.max(3, Math.round(sizes.calls / 20));
  const contenders = [plainContender(read, words.query, calls)];
  const kinds = (["simd", "relaxed"] as const).filter(supportsKernels);
  const bare = kinds.map((kind) => new BareIndex(words.vectors, dimension, { kernels: kind }));
  for (const [i, index] of bare.entries()) {
    contenders.push(...bareContenders(index, kinds[i] as KernelsKind, words.query, calls));
  }
  try {
    for (const [name, engine] of Object.entries(engines)) {
      const store = await engine.createStore(storeName, { dimension });
      await store.load(entriesOf(words, words.count));
      const search = async (i: number) => {
        const matches = await store.search(words.query(i), { limit: 10, recall: 1 });
        checkOrder(matches);
      };
      contenders.push({ name, measure: () => medianMilliseconds(calls, search) });
      if (name === "no worker") contenders.push(togetherContender(store, words.query, calls));
    }
    await quiet(); // both link what was loaded, and would take the processors from what is measured
    const measured = await interleave(contenders, sizes.rounds);
    return findings(measured, words.count);
  } finally {
    for (const engine of Object.values(engines)) await engine.close();
    for (const index of bare) await index.close();
  }
}

function plainContender(read: PlainRead, query: (i: number) => Float32Array, calls: number) {
  const sums = new Map<number, number>();
  const readOnce = async (i: number) => {
    const sum = read.run(query(i));
    if (!Number.isFinite(sum) || sum !== (sums.get(i) ?? sum)) throw new Error(`a sum of ${sum}`);
    sums.set(i, sum);
  };
  return { name: plain, measure: () => medianMilliseconds(calls, readOnce) };
}

/** One search after the other, and four together. */
function bareContenders(
  index: BareIndex,
  kind: KernelsKind,
  query: (i: number) => Float32Array,
  calls: number,
) {
  return [1, 4].map((width) => {
    const search = async (i: number) => {
      await index.search(Array.from({ length: width }, (_, n) => query(i * width + n)));
    };
    const measure = async () => (await medianMilliseconds(calls, search)) / width;
    return { name: `the index alone, ${kind}${width === 1 ? "" : ", each of 4"}`, measure };
  });
}

/** Of many that go through memory together, the share of one. */
function togetherContender(store: Store, query: (i: number) => Float32Array, calls: number) {
  const searchMany = async (i: number) => {
    const targets = Array.from({ length: many }, (_, n) => query(i * many + n));
    const all = await store.searchMany(targets, { limit: 10, recall: 1 });
    for (const matches of all) checkOrder(matches);
  };
  const measure = async () => {
    const times = await medianMilliseconds(Math.max(2, Math.round(calls / many)), searchMany);
    return times / many;
  };
  return { name: together, measure };
}

function checkOrder(matches: readonly { readonly distance: number }[]): void {
  const isSorted = matches.every(
    ({ distance }, place) => place === 0 || distance >= matches[place - 1].distance,
  );
  if (matches.length !== 10 || !isSorted) throw new Error("the matches are not the ten nearest");
}

function findings(measured: ReadonlyMap<string, number[]>, count: number): Findings {
  const limit = valuesOf(measured, plain);
  const size = `${count.toLocaleString("en")} x ${dimension}`;
  const rows = [...measured].map(([name, values]) => [
    name,
    showSpread(spreadOf(values)),
    name === plain ? "" : showSpread(spreadOf(ratios(values, limit))),
  ]);
  return {
    tables: [
      {
        title: `Exact search of ${size}, the ten nearest, cosine`,
        head: ["", "ms, median of a round", "of the plain read"],
        rows,
      },
    ],
    figures: [
      figure(`exact search of ${size}, of a plain read`, "one worker", 0.35),
      figure(`exact search of ${size}, ${many} together, of a plain read`, together, 0.25),
    ],
  };

  function figure(name: string, contender: string, atMost: number) {
    return {
      name,
      measured: spreadOf(ratios(valuesOf(measured, contender), limit)),
      unit: "",
      bound: { atMost },
      how: `in process, ${contender}, against WASM dot products with all float32 numbers on one thread`,
    };
  }
}

const plain = "plain WASM read";
const many = 32;
const together = `no worker, each of ${many} together`;
