import assert from "node:assert/strict";
import fc from "fast-check";
import type { Engine } from "../../lib/handles/engine.js";
import type { SetResponse } from "../../lib/model/answers.js";
import type { Key } from "../../lib/model/entry.js";
import { AhnlichError, type ErrorCode } from "../../lib/model/errors.js";
import type { Metadata } from "../../lib/model/metadata.js";
import { type Metric, metrics } from "../../lib/model/metric.js";
import type { SearchOptions, SetMode, Target } from "../../lib/model/options.js";
import type { MetadataMode, Patch } from "../../lib/model/patch.js";
import type { WriteQuery } from "../../lib/model/query.js";
import type { Where } from "../../lib/model/where.js";
import { naiveEngine } from "../support/naive-engine.js";
import { assertNearest, type Candidate } from "../support/naive-search.js";
import type { Opened, Reach } from "../support/reach.js";

/** Whatever is done, in whatever order, the engine answers like the naive one. */
export function modelContract(reach: Reach, { runs }: { runs: number }): void {
  describe(`an engine, ${reach.name}, and the naive one`, () => {
    let opened: Opened;
    let real: Engine;
    let now = 1_800_000_000_000;
    const clock = { now: () => now };
    const naive = naiveEngine({}, clock);
    let stores = 0;
    before(async () => {
      opened = await reach.open({ clock });
      real = opened.engine;
    });
    after(() => opened.close());

    it("answer the same after any sequence of writes", async () => {
      const property = fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const store = `model-${++stores}`;
        for (const engine of [real, naive]) await engine.createStore(store, { dimension: 3 });
        let begun = await positionsOf(real, naive, store);
        for (const { write, question } of steps) {
          if (write.kind === "reopen" && opened.reopen !== undefined) real = await opened.reopen();
          if (write.kind === "wait") now += write.ms;
          const outcomes = [
            await outcomeOf(real, store, write),
            await outcomeOf(naive, store, write),
          ];
          assert.deepEqual(outcomes[0], outcomes[1]);
          await compare(real, naive, store, question);
          if (write.kind === "recreate") begun = await positionsOf(real, naive, store);
          const changes = [
            await changesOf(real, store, begun.real, question.where),
            await changesOf(naive, store, begun.naive, question.where),
          ];
          assert.deepEqual(changes[0], changes[1]);
        }
        for (const engine of [real, naive]) await engine.dropStore(store);
      });
      await fc.assert(property, { numRuns: runs });
    }).timeout(120_000);
  });
}

type Guard = "none" | "right" | "wrong" | "absent";
interface GuardedEntry {
  id: string | undefined;
  vector: number[];
  metadata: Metadata;
  ttlMs: number | null | undefined;
  guard: Guard;
}
type EntryWrite =
  | { kind: "set"; entries: GuardedEntry[]; mode: SetMode }
  | { kind: "update"; target: Target; patch: Patch; metadata: MetadataMode; guard: Guard }
  | { kind: "delete"; target: Target; guard: Guard };
type Write =
  | EntryWrite
  | { kind: "transaction"; writes: EntryWrite[] }
  | { kind: "recreate"; ttlMs: number | undefined; indexes: string[] }
  | { kind: "createIndex" | "dropIndex"; field: string }
  | { kind: "wait"; ms: number }
  | { kind: "reopen" };
interface Question {
  where: Where;
  target: number[];
  metric: Metric;
  limit: number;
  spread: Pick<SearchOptions, "groupBy" | "diversity"> | undefined;
}

/** What a write came to, versions left out. */
async function outcomeOf(engine: Engine, name: string, write: Write): Promise<unknown> {
  try {
    switch (write.kind) {
      case "set":
      case "update":
      case "delete":
        return withoutVersion(await engine.execute(await queryOf(engine, name, write)));
      case "transaction": {
        const writes: WriteQuery[] = [];
        for (const one of write.writes) writes.push(await queryOf(engine, name, one));
        return (await engine.transaction(writes)).map(withoutVersion);
      }
      case "recreate":
        await engine.dropStore(name);
        await engine.createStore(name, {
          ...{ dimension: 3, ttlMs: write.ttlMs, indexes: write.indexes },
        });
        return "made again";
      case "createIndex":
      case "dropIndex":
        return await engine.execute({ kind: write.kind, store: name, field: write.field });
      case "wait":
        return "waited";
      case "reopen":
        return "open";
    }
  } catch (error) {
    assert.ok(error instanceof AhnlichError, String(error));
    // What is wrong in itself is told before what the writes before it have made wrong.
    if (write.kind === "transaction") return "refused";
    return ofEntries.includes(error.code) ? "an entry was refused" : error.code;
  }
}

/** Where several entries of a call are wrong, any of them may be named. */
const ofEntries: readonly ErrorCode[] = [
  "DIMENSION_MISMATCH",
  "ENTRY_EXISTS",
  "ENTRY_NOT_FOUND",
  "VERSION_CONFLICT",
];

async function queryOf(engine: Engine, store: string, write: EntryWrite): Promise<WriteQuery> {
  if (write.kind === "set") {
    const entries = write.entries.map(async ({ guard, ...entry }) => {
      return { ...entry, ...(await guardOf(engine, store, entry.id ?? entry.vector, guard)) };
    });
    return { kind: "set", store, mode: write.mode, entries: await Promise.all(entries) };
  }
  const { guard, ...rest } = write;
  const [key] = Array.isArray(write.target) ? write.target : [write.target];
  const ofKey = typeof key === "string" || Array.isArray(key) ? key : "none";
  return { ...rest, store, ...(await guardOf(engine, store, ofKey, guard)) };
}

/** The two engines number their versions apart, so each guard is made of the engine's own. */
async function guardOf(engine: Engine, store: string, key: Key, guard: Guard) {
  if (guard === "none") return {};
  if (guard === "absent") return { ifVersion: 0 };
  const [there] = await engine.store(store).get([key]);
  const version = there?.version ?? 0;
  return { ifVersion: guard === "right" ? version : version + 1_000_000 };
}

function withoutVersion(answer: unknown): unknown {
  if (typeof answer === "number") return answer;
  const { inserted, updated, version } = answer as SetResponse;
  assert.equal(version > 0, inserted + updated > 0);
  return { inserted, updated };
}

async function compare(real: Engine, naive: Engine, name: string, ask: Question): Promise<void> {
  const [reals, naives] = [real.store(name), naive.store(name)];
  const limit = 1_000;
  const all = await naives.find({ limit });
  assert.deepEqual(ranked((await reals.find({ limit })).entries), ranked(all.entries));
  const { where, target, metric } = ask;
  const allowed = await naives.find({ where, limit });
  const found = await reals.find({ where, limit });
  assert.deepEqual(ranked(found.entries), ranked(allowed.entries));
  assert.equal(await reals.count({ where }), allowed.entries.length);
  assert.equal(await reals.count(), all.entries.length);
  const info = await reals.info();
  assert.equal(info.entries, all.entries.length);
  assert.deepEqual(info.indexes, (await naives.info()).indexes);
  const matches = await reals.search(target, { where, metric, limit: ask.limit });
  const candidates: readonly Candidate[] = allowed.entries;
  assertNearest(matches, candidates, Float32Array.from(target), metric, ask.limit);
  const { spread } = ask;
  if (spread !== undefined) {
    const options = { where, metric, limit: ask.limit, recall: 1, ...spread };
    assert.deepEqual(await reals.search(target, options), await naives.search(target, options));
  }
  const metadata = new Map(all.entries.map((entry) => [entry.id, entry.metadata]));
  for (const match of matches) assert.deepEqual(match.metadata, metadata.get(match.id));
}

async function positionsOf(real: Engine, naive: Engine, store: string) {
  const [{ position }, other] = [await real.store(store).info(), await naive.store(store).info()];
  return { real: position, naive: other.position };
}

/** In no order, which is not promised within a delete of whatever matches, and without what a sweep is to tell. */
async function changesOf(engine: Engine, store: string, since: string, where: Where) {
  const asked = { kind: "changes", store, since, where, limit: 1_000 } as const;
  const { changes } = await engine.execute(asked);
  const told = changes.filter(({ kind }) => kind !== "expire");
  return told.map(({ kind, id }) => `${kind} ${id}`).sort();
}

/** Entries with the rank of their version instead of it. */
function ranked(entries: readonly { version: number }[]): object[] {
  const versions = [...new Set(entries.map(({ version }) => version))].sort((a, b) => a - b);
  return entries.map((entry) => ({ ...entry, version: versions.indexOf(entry.version) }));
}

const field = fc.constantFrom("a", "b", "b.c", "b.d", "at", "bytes", "none");
const id = fc.constantFrom("a", "b", "c", "\u{1f680}", "\uffff", "é", "aa");
const vector = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 3, maxLength: 3 });
const scalar = fc.constantFrom<null | boolean | number | string>(null, true, 0, 1, 2, "1", "é");
const metadata = fc.record(
  {
    a: fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })),
    b: fc.record({ c: scalar, d: scalar }, { requiredKeys: [], noNullPrototype: true }),
    at: fc.constantFrom(new Date(0), new Date(1)),
    bytes: fc.constantFrom(new Uint8Array([]), new Uint8Array([1])),
  },
  { requiredKeys: [], noNullPrototype: true },
) as fc.Arbitrary<Metadata>;
const condition: fc.Arbitrary<object> = fc.oneof(
  scalar.map((value) => ({ a: value })),
  scalar.map((value) => ({ "b.c": { $ne: value } })),
  fc.array(scalar, { maxLength: 3 }).map(($in) => ({ a: { $in } })),
  fc.array(scalar, { maxLength: 3 }).map(($nin) => ({ "b.d": { $nin } })),
  scalar.map(($contains) => ({ a: { $contains } })),
  fc.integer({ min: 0, max: 2 }).map(($gte) => ({ a: { $gte } })),
  fc.constantFrom("", "1", "é").map(($lt) => ({ "b.c": { $lt } })),
  fc.boolean().map(($exists) => ({ b: { $exists } })),
  fc.constantFrom({}, { at: { $gt: new Date(0) } }, { bytes: new Uint8Array([1]) }),
);
const where = fc.oneof(
  condition,
  condition.map(($not) => ({ $not })),
  fc.array(condition, { maxLength: 3 }).map(($or) => ({ $or })),
  fc.array(condition, { maxLength: 3 }).map(($and) => ({ $and })),
) as fc.Arbitrary<Where>;
const guard = fc.constantFrom<Guard>(
  ...(["none", "none", "none", "none", "right", "right", "wrong", "absent"] as const),
);
const ttlMs = fc.constantFrom(undefined, undefined, null, 1, 5, 20);
const entry: fc.Arbitrary<GuardedEntry> = fc.record({
  id: fc.option(id, { nil: undefined, freq: 4 }),
  vector: fc.oneof(
    { weight: 30, arbitrary: vector },
    { weight: 1, arbitrary: fc.constant<number[]>([1]) },
  ),
  metadata,
  ttlMs,
  guard,
});
const target = fc.oneof<fc.Arbitrary<Target>[]>(
  id,
  fc.array(fc.oneof(id, vector), { maxLength: 3 }),
  where.map((asked) => ({ where: asked })),
  fc.constant({ all: true }),
);
const patch = fc.record(
  {
    vector,
    metadata,
    ttlMs,
    remove: fc.array(fc.constantFrom("a", "b", "b.c", "b.d", "at", "none"), { maxLength: 2 }),
  },
  { requiredKeys: [], noNullPrototype: true },
) as fc.Arbitrary<Patch>;
const entryWrite: fc.Arbitrary<EntryWrite> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("set" as const),
      entries: fc.array(entry, { maxLength: 6 }).map(withoutDoubtfulGuards),
      mode: fc.constantFrom<SetMode>("upsert", "upsert", "upsert", "insert", "replace"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("update" as const),
      target,
      patch,
      metadata: fc.constantFrom<MetadataMode>("merge", "merge", "merge", "replace"),
      guard,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("delete" as const), target, guard }),
  },
);
const write: fc.Arbitrary<Write> = fc.oneof(
  { weight: 14, arbitrary: entryWrite },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("transaction" as const),
      writes: fc.array(entryWrite, { maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("recreate" as const),
      ttlMs: fc.constantFrom(undefined, 5),
      indexes: fc.uniqueArray(field, { maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(1, 4, 16).map((ms) => ({ kind: "wait" as const, ms })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "reopen" as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("createIndex" as const), field }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("dropIndex" as const), field }) },
);
const step = fc.record({
  write,
  question: fc.record({
    where,
    target: vector,
    metric: fc.constantFrom(...metrics),
    limit: fc.integer({ min: 1, max: 8 }),
    spread: fc.oneof(
      fc.constant(undefined),
      fc.record({ groupBy: fc.record({ field, limit: fc.integer({ min: 1, max: 3 }) }) }),
      fc.record({ diversity: fc.constantFrom(0, 0.25, 0.5, 1) }),
    ),
  }),
});

/** What a guard means on an id that comes twice in a call is nobody's promise. */
function withoutDoubtfulGuards(entries: GuardedEntry[]): GuardedEntry[] {
  const keys = entries.map(({ id, vector }) => id ?? vector.map((n) => n + 0).join());
  if (new Set(keys).size === keys.length) return entries;
  return entries.map((one) => ({ ...one, guard: "none" }));
}
