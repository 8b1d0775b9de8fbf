import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import { type Findings, showSpread } from "../report.js";
import type { Sizes } from "../sizes.js";
import { scratchFolder } from "../support/places.js";
import { quantile, ratios, type Spread, spreadOf } from "../support/stats.js";
import { dimension, type WordSet, wordsOf } from "../support/word-set.js";
import { entriesOf, storeName } from "../support/word-store.js";

/** What steady writers notice of a compaction: sets of one entry, four at a time, before it and while it runs. */
export async function measureCompaction(sizes: Sizes): Promise<Findings> {
  using folder = scratchFolder();
  await using engine = await open(folder.path);
  const words = wordsOf(sizes, sizes.large);
  const store = await engine.createStore(storeName, { dimension });
  await store.load(entriesOf(words, sizes.large));
  const rounds: Round[] = [];
  for (let round = 0; round < sizes.rounds; round++) {
    rounds.push(await measureRound(engine, words, sizes));
  }
  return findingsOf(rounds, sizes, statSync(join(folder.path, "data.mdb")).size);
}

/** Milliseconds of every set, sorted; and of the compaction. */
interface Round {
  readonly before: readonly number[];
  readonly during: readonly number[];
  readonly compacted: number;
}

async function measureRound(
  engine: EmbeddedEngine,
  words: WordSet,
  { sliceMs }: Sizes,
): Promise<Round> {
  const before = await writtenWhile(engine, words, () => setTimeout(sliceMs * slicesBefore));
  const start = performance.now();
  const during = await writtenWhile(engine, words, () => engine.compact());
  return { before, during, compacted: performance.now() - start };
}

async function writtenWhile(
  engine: EmbeddedEngine,
  words: WordSet,
  work: () => Promise<unknown>,
): Promise<number[]> {
  const store = engine.store(storeName);
  const times: number[] = [];
  let isOver = false;
  const writers = Array.from({ length: lanes }, async (_, lane) => {
    for (let i = lane; !isOver || times.length === 0; i += lanes) {
      const start = performance.now();
      await store.set(words.entry((i * stride) % words.count));
      times.push(performance.now() - start);
      await setTimeout(pauseMs);
    }
  });
  await work();
  isOver = true;
  await Promise.all(writers);
  return times.sort((a, b) => a - b);
}

function findingsOf(rounds: readonly Round[], { large }: Sizes, bytes: number): Findings {
  const of = (part: "before" | "during", share: number): number[] =>
    rounds.map((round) => quantile(round[part], share));
  const cells = (part: "before" | "during") =>
    [0.5, 0.99, 1].map((share) => showSpread(spreadOf(of(part, share))));
  const size = `${large.toLocaleString("en")} x ${dimension}, ${Math.round(bytes / 1e6)} MB`;
  const how = `${size}; ${lanes} writers that set an entry and pause for ${pauseMs} ms`;
  const compacted = showSpread(spreadOf(rounds.map((round) => round.compacted)));
  const figure = (name: string, measured: Spread, unit: string, atMost: number) => {
    return { name, measured, unit, bound: { atMost }, how };
  };
  const slower = spreadOf(ratios(of("during", 0.99), of("before", 0.99)));
  return {
    tables: [
      {
        title: `Sets beside the compaction of ${size}, which took ${compacted} ms`,
        head: ["", "median, ms", "99 of 100, ms", "longest, ms"],
        rows: [
          ["before it", ...cells("before")],
          ["while it ran", ...cells("during")],
        ],
      },
    ],
    figures: [
      figure("99 of 100 sets while a file is compacted, beside before", slower, "", 2),
      figure("the longest set while a file is compacted", spreadOf(of("during", 1)), "ms", 100),
    ],
  };
}

const lanes = 4;
const pauseMs = 2;
/** Sets come to entries far from each other, and to all of them. */
const stride = 7_919;
const slicesBefore = 50;
