import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type EmbeddedEngine,
  type Metadata,
  open,
  type Target,
  type Where,
} from "../../lib/index.js";
import { Clock, provide } from "../../lib/ports.js";
import { naiveFacets, naiveOrder } from "../support/naive-facets.js";
import { constantOf, holds, lookUp } from "../support/naive-predicate.js";
import { pagesOf } from "../support/pages-of.js";

describe("indexes after any sequence of writes", function () {
  this.timeout(120_000);
  let engine: EmbeddedEngine;
  let now = 1_800_000_000_000;
  let stores = 0;
  before(async () => {
    engine = await open({ threads: 0, provide: [provide(Clock, { now: () => now })] });
  });
  after(() => engine.close());

  it("find what a walk through all entries finds", async () => {
    const property = fc.asyncProperty(
      ...([fc.array(step, { minLength: 1, maxLength: 12 }), fc.array(where)] as const),
      async (steps, questions) => {
        let name = `s${++stores}`;
        const naive = new Map<string, Kept>();
        const store = await engine.createStore(name, { dimension: 1, indexes: fields });
        assert.equal(store.name, name);
        for (const one of steps) {
          await apply(engine, name, one);
          applyNaively(naive, one, now);
          if (one.kind === "wait") now += one.ms;
          if (one.kind !== "rename") continue;
          await engine.renameStore(name, `${name}-`);
          name = `${name}-`;
        }
        for (const asked of questions) {
          const allowed = [...naive]
            .map(([id, kept]) => ({ id, ...kept }))
            .filter(({ expiresAt, metadata }) => expiresAt > now && holds(asked, metadata));
          const expected = allowed.map(({ id }) => id).sort();
          const found = await engine.store(name).find({ where: asked });
          assert.deepEqual(
            found.entries.map(({ id }) => id),
            expected,
          );
          assert.equal(await engine.store(name).count({ where: asked }), expected.length);
          for (const [field, descending] of orders) {
            const sort = { field, descending };
            const pages = await pagesOf(engine.store(name), { where: asked, sort, limit: 2 });
            const inOrder = [...allowed].sort(
              (a, b) =>
                naiveOrder(lookUp(field, a.metadata), lookUp(field, b.metadata), descending) ||
                (a.id < b.id ? -1 : 1),
            );
            assert.deepEqual(
              pages.flat(),
              inOrder.map(({ id }) => id),
            );
          }
          for (const field of ["a", "b.c"]) {
            const counted = await engine.store(name).facets(field, { where: asked });
            assert.deepEqual(counted, naiveFacets(allowed, field).slice(0, 100));
          }
          const matches = await engine.store(name).search([1], { where: asked, limit: 50 });
          assert.deepEqual(matches.map(({ id }) => id).sort(), expected);
        }
        await engine.dropStore(name);
      },
    );
    await fc.assert(property, { numRuns: Number(process.env.INDEX_RUNS ?? 400) });
  });

  it("are verified with the rest", async () => {
    assert.deepEqual((await engine.verify()).problems, []);
  });
});

interface Kept {
  readonly metadata: Metadata;
  readonly expiresAt: number;
}

type Step =
  | { kind: "set"; id: string; metadata: Metadata; ttlMs: number | undefined }
  | { kind: "update"; where: Where; metadata: Metadata }
  | { kind: "delete"; where: Where }
  | { kind: "remove"; id: string }
  | { kind: "rename" }
  | { kind: "index"; field: string }
  | { kind: "wait"; ms: number };

async function apply(engine: EmbeddedEngine, name: string, step: Step): Promise<void> {
  const store = engine.store(name);
  switch (step.kind) {
    case "set":
      await store.set({ id: step.id, vector: [1], metadata: step.metadata, ttlMs: step.ttlMs });
      break;
    case "update":
      await store.update(targetOf(step.where), { metadata: step.metadata });
      break;
    case "delete":
      await store.delete(targetOf(step.where));
      break;
    case "remove":
      await store.delete(step.id);
      break;
    case "index":
      if (!(await store.createIndex(step.field))) await store.dropIndex(step.field);
  }
}

/** What holds for every entry whatever it is must say so. */
function targetOf(where: Where): Target {
  return constantOf(where) === true ? { all: true } : { where };
}

function applyNaively(entries: Map<string, Kept>, step: Step, now: number): void {
  for (const [id, { expiresAt }] of entries) if (expiresAt <= now) entries.delete(id);
  if (step.kind === "set") {
    const expiresAt = now + (step.ttlMs ?? Number.POSITIVE_INFINITY);
    entries.set(step.id, { metadata: step.metadata, expiresAt });
  }
  if (step.kind === "remove") entries.delete(step.id);
  if (step.kind !== "update" && step.kind !== "delete") return;
  for (const [id, entry] of entries) {
    if (!holds(step.where, entry.metadata)) continue;
    if (step.kind === "delete") entries.delete(id);
    else entries.set(id, { ...entry, metadata: { ...entry.metadata, ...step.metadata } });
  }
}

const orders = [
  ["a", false],
  ["a", true],
  ["b.c", true],
  ["at", false],
] as const;
const fields = ["a", "b.c", "at"];
const long = "x".repeat(121);
const scalar = fc.constantFrom(
  ...[
    null,
    true,
    false,
    0,
    -1,
    1,
    0.5,
    -1e300,
    "",
    "a",
    "a\u0000",
    "a\u0000b",
    "ab",
    "é",
    "\uffff",
  ],
  ...["\u{1f680}", "x".repeat(120), long, `${long}y`, `${long}z`],
);
const value = fc.oneof(
  { weight: 4, arbitrary: scalar },
  fc.array(scalar, { maxLength: 3 }),
  fc.constantFrom(new Date(0), new Date(-5), new Uint8Array([1]), { d: 1 }, [{ d: 1 }], [[1]]),
  fc.constant(Array.from({ length: 300 }, (_, i) => `t${i}`)),
);
const metadata = fc.record(
  { a: value, b: fc.record({ c: value }), at: fc.constantFrom(new Date(0), new Date(7)) },
  { requiredKeys: [], noNullPrototype: true },
) as fc.Arbitrary<Metadata>;
const ordered = fc.constantFrom<unknown>(
  ...[0, 1, -1, 0.5, "", "a", "a\u0000", "é", long, `${long}y`, new Date(0), new Date(3)],
);
const name = fc.constantFrom("a", "b.c", "at", "b", "none");
const condition = fc.oneof(
  fc.record({ $eq: value }),
  fc.record({ $ne: value }),
  fc.record({ $in: fc.array(value, { maxLength: 3 }) }),
  fc.record({ $nin: fc.array(value, { maxLength: 3 }) }),
  fc.record({ $exists: fc.boolean() }),
  fc.record({ $contains: fc.oneof(value, fc.constant("t5")) }),
  fc.record({ $startsWith: fc.constantFrom("", "a", "a\u0000", "x", long, `${long}y`) }),
  fc.tuple(fc.constantFrom("$gt", "$gte", "$lt", "$lte"), ordered).map(([o, v]) => ({ [o]: v })),
);
const field = fc.tuple(name, condition).map(([of, asked]) => ({ [of]: asked }));
const where = fc.letrec<{ where: object }>((tie) => ({
  where: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    field,
    fc.array(tie("where"), { maxLength: 3 }).map(($and) => ({ $and })),
    fc.array(tie("where"), { maxLength: 3 }).map(($or) => ({ $or })),
    tie("where").map(($not) => ({ $not })),
  ),
})).where as fc.Arbitrary<Where>;
const id = fc.constantFrom("e1", "e2", "e3", "e4", "e5");
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      ...{ kind: fc.constant("set" as const), id, metadata },
      ttlMs: fc.constantFrom(undefined, undefined, undefined, 5),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("update" as const), where, metadata }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const), where }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), id }) },
  { weight: 1, arbitrary: fc.constant({ kind: "rename" as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("index" as const), field: name }) },
  { weight: 1, arbitrary: fc.constantFrom(1, 6).map((ms) => ({ kind: "wait" as const, ms })) },
);
