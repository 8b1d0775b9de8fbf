import { SlotVectorIndex } from "../../lib/indexes/slot-vector-index.js";
import type { Nearest } from "../../lib/indexes/vector-index.js";
import { bestKernels } from "../../lib/kernels/kernels.js";
import { BareIndex } from "../support/bare-index.js";
import { childJob } from "../support/child.js";
import { median } from "../support/stats.js";
import { promiseVectors } from "./data-sets/promise-vectors.js";
import { HeldOut, type Outcome, type Setting } from "./held-out.js";
import type { Kept, PromiseJob } from "./promise-questions.js";

// A process with one index, which is asked for recalls after it says that it knows how to reach them.
const { job, answer } = await childJob();
const { data, metric, kinds, targets, held, came, rounds } = job as PromiseJob;
const vectors = promiseVectors(data, metric);
const options = { kernels: bestKernels(), threads: 2, graph: true, metric };
const bare = new BareIndex(vectors.base, data.dimension, options);
const { index } = bare;
if (!(index instanceof SlotVectorIndex)) throw new Error("an index that knows nothing of recall");
await bare.linked();
const kept: Kept[] = [];
for (const kind of kinds) {
  const all = vectors.queries(kind, held + came);
  const tests = new HeldOut(index, metric, all.slice(0, held));
  await tests.findTruth();
  const ladder = await climb(tests);
  index.keepsQueries = false;
  await index.calibrated();
  for (const target of targets) kept.push(await ask("own", target));
  index.keepsQueries = true;
  await offer(all.slice(held));
  await index.calibrated();
  for (const target of targets) kept.push(await ask("queries", target));

  async function ask(knows: Kept["knows"], target: number): Promise<Kept> {
    const { recall, error, examined, walked } = await tests.search({ recall: target });
    const cheapest = cheapestOf(ladder, target);
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const ours = await tests.time({ recall: target }, round);
      times.push(ours / (await tests.time(cheapest ?? {}, round)));
    }
    const least = ladder[0].recall;
    const fixed = cheapest === undefined ? data.count : (await tests.search(cheapest)).examined;
    const found = { recall, error, examined, walked, least, fixed };
    return { kind, knows, target, ...found, width: cheapest?.beam?.width, cost: median(times) };
  }
}
await bare.close();
answer(kept);
process.exit();

/** The widths of a fixed beam, up to one that finds next to everything. */
async function climb(tests: HeldOut): Promise<Rung[]> {
  const rungs: Rung[] = [];
  for (let width = 10; width <= 4_096; width = Math.ceil(width * 2 ** 0.25)) {
    const outcome = await tests.search({ beam: beamOf(width) });
    rungs.push({ width, ...outcome });
    if (outcome.recall > 0.9995 || outcome.examined > data.count / 3) break;
  }
  return rungs;
}

interface Rung extends Outcome {
  readonly width: number;
}

/** Between the two widths around the recall; nothing where none reaches it. */
function cheapestOf(rungs: readonly Rung[], recall: number): Setting | undefined {
  const at = rungs.findIndex((rung) => rung.recall >= recall);
  if (at < 0) return undefined;
  const [from, to] = [rungs[Math.max(0, at - 1)], rungs[at]];
  const missed = (share: number): number => Math.log(Math.max(1e-5, 1 - share));
  const part =
    at === 0
      ? 1
      : (missed(from.recall) - missed(recall)) / (missed(from.recall) - missed(to.recall));
  return { beam: beamOf(Math.ceil(from.width * (to.width / from.width) ** part)) };
}

function beamOf(width: number) {
  return { width, slack: Number.POSITIVE_INFINITY };
}

/** As programs ask. */
async function offer(queries: readonly Float32Array[]): Promise<Nearest[]> {
  const found: Nearest[] = [];
  for (const target of queries) {
    const asked = { targets: [target], metric, limit: 10, sequence: 1, recall: 0.9 };
    found.push(...(await index.search(asked)));
  }
  return found;
}
