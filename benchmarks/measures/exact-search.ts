import { open } from "../../lib/index.js";
import { PlainRead } from "../limits/plain-read.js";
import { type Findings, showSpread } from "../report.js";
import type { Sizes } from "../sizes.js";
import { interleave, valuesOf } from "../support/interleave.js";
import { medianMilliseconds } from "../support/milliseconds.js";
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
  try {
    for (const [name, engine] of Object.entries(engines)) {
      const store = await engine.createStore(storeName, { dimension });
      await store.load(entriesOf(words, words.count));
      const search = async (i: number) => {
        const matches = await store.search(words.query(i), { limit: 10, recall: 1 });
        checkOrder(matches);
      };
      contenders.push({ name, measure: () => medianMilliseconds(calls, search) });
    }
    const measured = await interleave(contenders, sizes.rounds);
    return findings(measured, words.count);
  } finally {
    for (const engine of Object.values(engines)) await engine.close();
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
      {
        name: `exact search of ${size}, of a plain read`,
        measured: spreadOf(ratios(valuesOf(measured, "one worker"), limit)),
        unit: "",
        bound: { atMost: 1.3 },
        how: "in process with one worker, against WASM dot products with the same bytes on one thread",
      },
    ],
  };
}

const plain = "plain WASM read";
