import { setTimeout } from "node:timers/promises";
import { type EmbeddedEngine, open, type Store, type Where } from "../../../lib/index.js";
import { quiet } from "../../support/quiet.js";
import { Cells, type Condition } from "../data-sets/filters.js";
import { limit } from "../data-sets/truth.js";
import type { VectorFile } from "../data-sets/vector-file.js";
import {
  type IndexContender,
  type OpenIndex,
  type Place,
  recalls,
  type WhenBuilt,
} from "./index-contender.js";

type Found = readonly { readonly id: string }[];

/** Ourselves through the public face, on the calling thread unless more are given; answered with ids as others do. */
export const idsOnly: IndexContender = contender(false, "a store in a folder; ids and distances");
export const withMetadata: IndexContender = contender(
  true,
  "the same, with metadata in the answer",
);
/** Built with nothing kept; never opened again. */
export const inMemory: IndexContender = {
  how: "a store in memory",
  build: async ({ threads }, vectors, built) =>
    await build(open({ threads: workersOf(threads) }), vectors, built),
  open: () => Promise.reject(new Error("what is in memory is gone when it is closed")),
};

function contender(metadata: boolean, how: string): IndexContender {
  return {
    how,
    build(place, vectors, built) {
      const cells = place.kind === "filtered" ? new Cells(vectors) : undefined;
      return build(openEngine(place), vectors, built, cells);
    },
    async open(place) {
      const engine = await openEngine(place);
      const store = engine.store<Fields>("vectors");
      const asked = place.kind === "exact" ? [1] : recalls;
      return {
        efforts: asked.map((recall) => effort(store, recall, metadata)),
        targetOf: (vector) => vector,
        idsOf: (found) => found.map(({ id }) => Number(id)),
        close: () => engine.close(),
      } satisfies OpenIndex<Float32Array, Found>;
    },
  };
}

type Fields = { readonly rank: number; readonly group: string; readonly cell?: number };

function effort(store: Store<Fields>, recall: number, metadata: boolean) {
  const options = metadata ? { limit, recall } : { limit, recall, include: { metadata: false } };
  return {
    label: `recall ${recall}`,
    search: (target: Float32Array, condition?: Condition): Promise<Found> =>
      store.search(
        target,
        condition === undefined ? options : { ...options, where: whereOf(condition) },
      ),
    searchMany: (targets: readonly Float32Array[]): Promise<Found[]> =>
      store.searchMany(targets, options),
  };
}

function whereOf(condition: Condition): Where<Fields> {
  if (condition.field === "rank") return { rank: { $lt: condition.below } };
  return "is" in condition ? { cell: condition.is } : { cell: { $ne: condition.not } };
}

async function build(
  opening: Promise<EmbeddedEngine>,
  vectors: VectorFile,
  built: WhenBuilt,
  cells?: Cells,
): Promise<void> {
  await using engine = await opening;
  const store = await engine.createStore("vectors", { dimension: vectors.dimension });
  await store.load(entriesOf(vectors, cells));
  await built(await linked(store, vectors.count));
}

/** When all entries are in the graph; when they were loaded where there is none for so few. */
async function linked(store: Store, count: number): Promise<number> {
  const loaded = performance.now();
  if (count < 1_000) return loaded;
  for (;;) {
    const { entries } = (await store.info()).graph;
    const now = performance.now();
    if (entries >= count) return now;
    if (entries === 0 && now - loaded > beginningMs) {
      const since = await quiet();
      return (await store.info()).graph.entries === 0 ? loaded : since;
    }
    await setTimeout(20);
  }
}

/** Linking has begun by then, mostly. */
const beginningMs = 200;

function openEngine({ folder, threads }: Place): Promise<EmbeddedEngine> {
  return open(folder, { threads: workersOf(threads) });
}

/** One thread is the calling one; more are workers. */
function workersOf(threads: number): number {
  return threads === 1 ? 0 : threads;
}

function* entriesOf(vectors: VectorFile, cells?: Cells) {
  for (const { first, count, at } of vectors.blocks(1_000)) {
    for (let i = 0; i < count; i++) {
      const rank = first + i;
      const cell = cells === undefined ? {} : { cell: cells.of(at(i)) };
      const metadata = { rank, group: `group ${rank % 100}`, ...cell };
      yield { id: String(rank), vector: at(i), metadata };
    }
  }
}
