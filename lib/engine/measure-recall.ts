import type { IndexSearch, Nearest, VectorIndex } from "../indexes/vector-index.js";
import type { RecallReport } from "../model/answers.js";
import { standardRecall } from "../model/check-search.js";
import type { CheckedQuery } from "../model/checked-query.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Call } from "./call.js";
import { drawSamples } from "./draw-samples.js";
import { visitExpired } from "./expiry.js";
import type { Random } from "./ports.js";
import type { Publication } from "./publication.js";
import { vectorOf } from "./read.js";
import { RowSource } from "./row-source.js";
import { seededNumbers } from "./seeded-numbers.js";
import { selectionsOf } from "./selections.js";
import { Slice } from "./slice.js";
import { inSlices } from "./steps.js";
import type { View } from "./view.js";

/** Searches for some of the store's own vectors, once as searches do and once exactly, and compares. */
export async function measureRecall(
  { publication, random }: { readonly publication: Publication; readonly random: Random },
  view: View,
  { store: name, samples, limit, where }: CheckedQuery<"measureRecall">,
  time: number,
  call: Call,
): Promise<RecallReport> {
  const begun = performance.now();
  const store = view.catalog.get(name);
  const vectors = publication.vectorsOf(store);
  using _ = vectors.hold(time);
  const index = await vectors.ready(store, call);
  const slice = new Slice(call);
  const but = await expiredIn(view, store, time, slice);
  const number = seededNumbers(random);
  const { sequence } = view;
  const ordinals = await drawSamples({ index, sequence, but, count: samples, number }, slice);
  const selecting = { index, view, store, time, slice, effort: undefined };
  const tally = new Tally(limit);
  const measuring: Measuring = {
    ...{ index, view, store, ordinals, tally, call, slice },
    request: {
      ...(await selectionsOf(selecting, where)),
      metric: store.metric,
      limit: limit + 1, // what is searched for is among the nearest, and is not counted
      sequence,
      source: new RowSource(view.snapshot, store),
    },
  };
  await measure(measuring);
  return { ...tally.told(), limit, elapsedMs: performance.now() - begun };
}

interface Measuring {
  readonly index: VectorIndex;
  readonly view: View;
  readonly store: StoredStore;
  /** What is searched for. */
  readonly ordinals: readonly number[];
  readonly request: Omit<IndexSearch, "targets" | "recall">;
  readonly tally: Tally;
  readonly call: Call;
  readonly slice: Slice;
}

/** Some at a time, so that neither memory nor the event loop holds much. */
async function measure(measuring: Measuring): Promise<void> {
  const { index, view, store, ordinals, request, tally, call, slice } = measuring;
  if (request.within?.size === 0) return;
  const width = Math.max(1, Math.min(samplesAtOnce, Math.floor(nearestAtOnce / request.limit)));
  for (let from = 0; from < ordinals.length; from += width) {
    const some = ordinals.slice(from, from + width);
    const targets = some.map((ordinal) => vectorOf(view.snapshot, store, ordinal));
    const asked = { ...request, targets };
    const found = await index.search({ ...asked, own: some, recall: standardRecall }, call.signal);
    const truth = await index.search({ ...asked, recall: 1 }, call.signal);
    for (const [i, ordinal] of some.entries()) {
      tally.add(ordinal, found[i] as Nearest, truth[i] as Nearest);
      if (slice.isOver) await slice.next();
    }
  }
}

/** How much of the truth was found. */
class Tally {
  readonly #limit: number;
  #samples = 0;
  #recalls = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Where there is nothing to be found, nothing is measured. */
  add(own: number, found: Nearest, truth: Nearest): void {
    const nearest = this.#others(own, truth);
    const last = nearest.at(-1);
    if (last === undefined) return;
    // By distance: any of those that tie with the last is as good as another.
    const hits = this.#others(own, found).filter((distance) => distance <= last);
    this.#samples++;
    this.#recalls += hits.length / nearest.length;
  }

  told(): { recall: number; samples: number } {
    const samples = this.#samples;
    return { recall: samples === 0 ? 1 : this.#recalls / samples, samples };
  }

  /** The distances of the first so many others. */
  #others(own: number, { ordinals, distances }: Nearest): Float64Array {
    const at = ordinals.subarray(0, this.#limit).indexOf(own);
    if (at < 0) return distances.subarray(0, this.#limit);
    const others = distances.slice(0, this.#limit + 1);
    others.copyWithin(at, at + 1);
    return others.subarray(0, others.length - 1);
  }
}

async function expiredIn(
  view: View,
  store: StoredStore,
  time: number,
  slice: Slice,
): Promise<ReadonlySet<number>> {
  const expired = new Set<number>();
  const visit = visitExpired(view.snapshot, store, time, (ordinal) => void expired.add(ordinal));
  await inSlices(visit, slice);
  return expired;
}

const samplesAtOnce = 32;
const nearestAtOnce = 100_000;
