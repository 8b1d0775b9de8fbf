import type { Store } from "../../lib/handles/store.js";
import { open } from "../../lib/index.js";
import { WriteBatch } from "../../lib/persistence/write-batch.js";
import { type Replayed, replayBehind, replayInWorker } from "../limits/replay.js";
import { type Figure, type Findings, showSpread, type Table } from "../report.js";
import type { Sizes } from "../sizes.js";
import { type Contender, interleave, valuesOf } from "../support/interleave.js";
import { scratchFolder } from "../support/places.js";
import { recordInMemory, recordOnDisk } from "../support/record.js";
import { ratios, spreadOf } from "../support/stats.js";
import { dimension, type WordEntry, wordsOf } from "../support/word-set.js";
import { entriesOf, storeName } from "../support/word-store.js";

/** Writes that are on disk before they are answered, beside raw lmdb writing the same rows and keys. */
export async function measureIngest(sizes: Sizes): Promise<Findings> {
  const words = wordsOf(sizes, Math.max(sizes.ingested, sizes.singles));
  const batched = await measure(batchedWrites([...entriesOf(words, sizes.ingested)]), sizes);
  const single = await measure(singleWrites([...entriesOf(words, sizes.singles)]), sizes);
  return {
    tables: [...batched.tables, ...single.tables],
    figures: [...batched.figures, ...single.figures],
  };
}

/** A way of writing entries, and what raw lmdb is to do for comparison. */
interface Writes {
  readonly title: string;
  readonly entries: readonly WordEntry[];
  readonly work: (store: Store) => Promise<void>;
  /** By name; each writes all entries' rows. */
  readonly sameRows: () => Promise<ReadonlyMap<string, () => Promise<Replayed>>>;
  readonly onePut: () => Promise<Replayed>;
  readonly figure: { readonly name: string; readonly how: string };
}

function batchedWrites(entries: readonly WordEntry[]): Writes {
  const work = async (store: Store) => void (await store.load(entries, { batch: batchSize }));
  const puts = onePutEach(entries, batchSize);
  return {
    title: `Durable ingest of ${entries.length.toLocaleString("en")} x ${dimension} by load()`,
    entries,
    work,
    sameRows: async () => {
      const batches = await recordOnDisk(work);
      return new Map([
        [sameBatchesName, () => replayInWorker(batches)],
        ["raw lmdb, same batches, two in flight", () => replayBehind(batches, 2)],
      ]);
    },
    onePut: () => replayInWorker(puts),
    figure: {
      name: "durable ingest in batches of 1,000, of raw lmdb",
      how: "load() of entries with ids and three fields, against its batches one after the other in a worker",
    },
  };
}

function singleWrites(entries: readonly WordEntry[]): Writes {
  const work = (store: Store) => setInFlight(store, entries, inFlight);
  const puts = onePutEach(entries, 1);
  return {
    title: `Durable single sets, ${inFlight} in flight (${entries.length.toLocaleString("en")})`,
    entries,
    work,
    sameRows: async () => {
      const grouped = await recordOnDisk(work);
      const each = await recordInMemory((store) => setInFlight(store, entries, 1));
      return new Map([
        [sameBatchesName, () => replayInWorker(grouped)],
        ["raw lmdb, same batches, two in flight", () => replayBehind(grouped, 2)],
        [`raw lmdb, each set alone, ${inFlight} in flight`, () => replayBehind(each, inFlight)],
      ]);
    },
    onePut: () => replayBehind(puts, inFlight),
    figure: {
      name: `durable single sets, ${inFlight} in flight, of raw lmdb`,
      how: "set() of one entry by 64 callers, against its batches one after the other in a worker",
    },
  };
}

async function setInFlight(
  store: Store,
  entries: readonly WordEntry[],
  callers: number,
): Promise<void> {
  let next = 0;
  const caller = async () => {
    while (next < entries.length) await store.set(entries[next++]);
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

async function measure(writes: Writes, { rounds }: Sizes): Promise<Findings> {
  const { entries } = writes;
  const sameRows = await writes.sameRows();
  const contenders: Contender[] = [
    { name: ours, measure: () => writeToEngine(writes) },
    ...[...sameRows].map(([name, replay]) => replayed(name, entries.length, replay)),
    replayed(onePutName, entries.length, writes.onePut),
  ];
  const measured = await interleave(contenders, rounds);
  const limit = valuesOf(measured, sameBatchesName);
  return {
    tables: [tableOf(writes.title, measured)],
    figures: figuresOf(writes, valuesOf(measured, ours), limit, valuesOf(measured, onePutName)),
  };
}

/** Entries a second into a new folder. */
async function writeToEngine({ entries, work }: Writes): Promise<number> {
  using folder = scratchFolder();
  await using engine = await open(folder.path);
  const store = await engine.createStore(storeName, { dimension });
  const start = performance.now();
  await work(store);
  const milliseconds = performance.now() - start;
  const count = await store.count();
  if (count !== entries.length) throw new Error(`${count} of ${entries.length} entries are there`);
  return (entries.length / milliseconds) * 1_000;
}

/** Entries a second, whose rows must be there in the end: at least one for each. */
function replayed(name: string, count: number, replay: () => Promise<Replayed>): Contender {
  return {
    name,
    async measure() {
      const { milliseconds, rows } = await replay();
      if (rows < count) throw new Error(`${name}: ${rows} rows for ${count} entries`);
      return (count / milliseconds) * 1_000;
    },
  };
}

/** The rows of a store that has nothing but entries: one for each, its vector and metadata in it. */
function onePutEach(entries: readonly WordEntry[], perBatch: number): Uint8Array[] {
  const batches: Uint8Array[] = [];
  for (let start = 0; start < entries.length; start += perBatch) {
    const batch = new WriteBatch();
    for (const { id, vector, metadata } of entries.slice(start, start + perBatch)) {
      const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
      const value = Buffer.concat([bytes, Buffer.from(JSON.stringify(metadata))]);
      batch.put("entries", Buffer.from(id), value);
    }
    batches.push(batch.bytes.slice());
  }
  return batches;
}

function figuresOf(
  { figure }: Writes,
  rates: readonly number[],
  limit: readonly number[],
  onePut: readonly number[],
): Figure[] {
  const measured = spreadOf(ratios(rates, limit));
  const toOnePut = showSpread(spreadOf(ratios(rates, onePut)));
  const how = `${figure.how}; of one put an entry: ${toOnePut}`;
  return [{ name: figure.name, measured, unit: "", bound: { atLeast: 0.7 }, how }];
}

function tableOf(title: string, measured: ReadonlyMap<string, number[]>): Table {
  const own = valuesOf(measured, ours);
  const rows = [...measured].map(([name, values]) => [
    name,
    showSpread(spreadOf(values)),
    name === ours ? "" : showSpread(spreadOf(ratios(own, values))),
  ]);
  return { title, head: ["", "entries a second", "ahnlich, of this"], rows };
}

const batchSize = 1_000;
const inFlight = 64;
const ours = "ahnlich";
/** What the figures are measured by: the very batches that were committed, and nothing else to do. */
const sameBatchesName = "raw lmdb, same batches, in a worker";
const onePutName = "raw lmdb, one put an entry";
