import { RawEcho } from "../limits/raw-echo.js";
import { search } from "../operations/search.js";
import { type Findings, showSpread } from "../report.js";
import type { Sizes } from "../sizes.js";
import { startChild } from "../support/child.js";
import { interleave, valuesOf } from "../support/interleave.js";
import { medianMilliseconds } from "../support/milliseconds.js";
import { serveChild } from "../support/modules.js";
import { scratchFolder } from "../support/places.js";
import { frameSizes, overTcp, type Served } from "../support/serving.js";
import { spreadOf } from "../support/stats.js";
import { wordsOf } from "../support/word-set.js";
import { openEngines } from "../support/word-store.js";

/** How much longer a search takes over TCP than in process, and than its bytes take anyway. */
export async function measureSearchOverTcp(sizes: Sizes): Promise<Findings> {
  const { stored, vectors, calls } = sizes;
  const words = wordsOf(sizes, stored);
  const operation = search(words);
  using here = scratchFolder();
  using there = scratchFolder();
  await using engines = await openEngines(words, here.path);
  await using server = startChild(serveChild, { path: there.path, stored, vectors });
  const served = (await server.answer()) as Served;
  await using remote = await overTcp(served, 1);
  const frames = await frameSizes(engines, operation);
  await using rawEcho = await RawEcho.open(served.echo, frames);

  const contender = (name: string, call: (i: number) => Promise<boolean>) => ({
    name,
    measure: async () => (await medianMilliseconds(calls, rightly(call))) * 1_000,
  });
  const measured = await interleave(
    [
      contender(names.inProcess, operation.on(engines.memory)),
      contender(names.echo, async () => (await rawEcho.run(1, single)) === 1),
      contender(names.tcp, operation.on(remote.memory)),
    ],
    sizes.rounds,
    sizes.warmUps,
  );
  return findings(measured, `${stored.toLocaleString("en")} entries`);
}

function rightly(call: (i: number) => Promise<boolean>): (i: number) => Promise<void> {
  return async (i) => {
    if (!(await call(i))) throw new Error(`search ${i} was answered wrongly`);
  };
}

function findings(measured: ReadonlyMap<string, number[]>, size: string): Findings {
  const [here, bytes, there] = [names.inProcess, names.echo, names.tcp].map((name) =>
    valuesOf(measured, name),
  );
  const more = there.map((time, round) => time - here[round] - bytes[round]);
  const rows = [...measured, [names.more, more] as const].map(([name, values]) => [
    name,
    showSpread(spreadOf(values)),
  ]);
  return {
    tables: [
      {
        title: `A search over TCP, one at a time (${size})`,
        head: ["", "µs, median of a round"],
        rows,
      },
    ],
    figures: [
      {
        name: "search over TCP, beyond in process and raw echo",
        measured: spreadOf(more),
        unit: "µs",
        bound: { atMost: 40 },
        how: "median latency over TCP, minus that in process, minus that of an echo of the same frames",
      },
    ],
  };
}

const names = {
  inProcess: "in process",
  echo: "raw echo of the same frames",
  tcp: "TCP",
  more: "TCP, beyond the two",
} as const;

const single = { width: 1, together: false } as const;
