import assert from "node:assert/strict";
import { FieldColumns } from "../../lib/engine/field-columns.js";
import { atOnce } from "../../lib/engine/steps.js";
import { ValueColumn } from "../../lib/engine/value-column.js";
import {
  type EmbeddedEngine,
  type Metadata,
  type MetadataValue,
  open,
  query,
  type Store,
  type Where,
} from "../../lib/index.js";
import { defaultLimits } from "../../lib/model/limits.js";
import { parsePredicate } from "../../lib/model/parse-predicate.js";
import { naiveFacets } from "../support/naive-facets.js";
import { holds } from "../support/naive-predicate.js";
import { randomNumbers } from "../support/random.js";

const count = 12_000;
const wheres: Where[] = [
  ...[{ n: { $lt: 50 } }, { n: { $lt: 50 }, kind: "a" }, { kind: { $in: ["b", "none"] } }],
  ...[{ kind: { $exists: false } }, { seen: { $lt: new Date(40) } }, { tags: { $contains: "t5" } }],
  ...[{ $or: [{ n: 7 }, { flag: null }] }, { $not: { flag: { $ne: true } } }, { text: "t3" }],
  ...[{ "deep.er": 5 }, { n: { $gte: 11_990 } }, { kind: { $ne: "a" } }, { n: -1 }],
];

describe("fields without an index", function () {
  this.timeout(60_000);
  let engine: EmbeddedEngine;
  let store: Store;
  const all = new Map<string, Metadata>();
  before(async () => {
    engine = await open({ threads: 0 });
    store = await engine.createStore("s", { dimension: 1 });
    for (let n = 0; n < count; n++) all.set(`e${n}`, metadataOf(n));
    await store.load([...all].map(([id, metadata]) => ({ id, vector: [1], metadata })));
  });
  after(() => engine.close());

  const countsAre = async (where: Where): Promise<void> => {
    const expected = [...all].filter(([, metadata]) => holds(where, metadata));
    const message = JSON.stringify(where);
    assert.equal(await store.count({ where }), expected.length, message);
    const page = await store.find({ where, limit: 20, include: { vector: false } });
    const ids = expected.map(([id]) => id).sort();
    assert.deepEqual(
      page.entries.map(({ id }) => id),
      ids.slice(0, 20),
      message,
    );
    const some = expected.map(([, metadata]) => ({ metadata }));
    assert.deepEqual(await store.facets("kind", { where }), naiveFacets(some, "kind"), message);
  };

  it("are told alike whatever was read before, and written since", async () => {
    const random = randomNumbers(11);
    const below = (bound: number): number => Math.floor(random() * bound);
    for (let round = 0; round < 2; round++) {
      for (const where of wheres) await countsAre(where);
      const ids = Array.from({ length: 300 }, () => `e${below(count + 2_000)}`);
      await store.delete(ids.slice(0, 100));
      for (const id of ids.slice(0, 100)) all.delete(id);
      const set = [...new Set(ids.slice(100))].map((id) => {
        const metadata = metadataOf(below(count));
        all.set(id, metadata);
        return { id, vector: [1], metadata };
      });
      await store.set(set);
      await store.update({ where: { n: { $lt: 20 } } }, { metadata: { kind: `new ${round}` } });
      for (const [id, metadata] of all) {
        if (Number(metadata.n) < 20) all.set(id, { ...metadata, kind: `new ${round}` });
      }
    }
  });

  it("are read once, and then only where they may match", async () => {
    const other = await engine.createStore("other", { dimension: 1 });
    const entries = Array.from({ length: count }, (_, n) => ({ vector: [n], metadata: { n } }));
    await other.load(entries);
    const asked = query.count({ store: "other", where: { n: { $lt: 50 } } });
    const looked = async (): Promise<number[]> => {
      const { examined, matched } = await engine.explain(asked);
      return [examined, matched];
    };
    assert.deepEqual(await looked(), [count, 50]);
    assert.deepEqual(await looked(), [50, 50]);
    await other.set([{ id: "x", vector: [1], metadata: { n: 3 } }]);
    assert.deepEqual(await looked(), [1 + 51, 51]);
    assert.deepEqual(await looked(), [51, 51]);
    const where = { n: { $lt: 50 }, other: { $exists: false } };
    const sort = { field: "n" };
    assert.equal((await other.facets("n", { where })).length, 50);
    assert.equal((await other.find({ where, sort })).entries.length, 51);
    const find = query.find({ store: "other", where, sort });
    assert.equal((await engine.explain(find)).examined, 2 * 51);
    const most = await engine.explain(query.count({ store: "other", where: { n: { $gte: 50 } } }));
    assert.equal(most.examined, count + 1);
  });
});

describe("FieldColumns", () => {
  const where = parsePredicate({ n: 1 }, defaultLimits);
  const store = { incarnation: 1, counters: { entries: 20_000 } } as never;
  const snapshot = {
    range: () => [],
    get: () => undefined,
  } as never;
  const fill = (columns: FieldColumns, sequence: number, values: readonly MetadataValue[]) => {
    const scan = columns.beginScan({ sequence, snapshot, store }, where);
    for (const [i, n] of values.entries()) scan?.add(i + 1, { n });
    scan?.keep();
  };
  const find = (columns: FieldColumns, sequence: number) =>
    atOnce(columns.find({ sequence, snapshot, store }, where, 1_000));

  it("knows nothing of a state before the one that was read", () => {
    const columns = new FieldColumns();
    fill(columns, 5, [1, 2, 1]);
    assert.equal(find(columns, 4), undefined);
    assert.equal(find(columns, 5)?.read, 2);
    fill(columns, 3, [1]);
    assert.equal(find(columns, 6)?.read, 2);
  });

  it("keeps no more than it may, and nothing of fields whose values are not kept", () => {
    const small = new FieldColumns(1_000);
    fill(small, 5, [1, 2, 1]);
    assert.equal(small.bytes, 0);
    assert.equal(find(small, 5), undefined);
    const columns = new FieldColumns();
    fill(
      columns,
      5,
      Array.from({ length: 3_000 }, (_, i) => [i]),
    );
    assert.ok(columns.bytes < 10_000);
    assert.equal(find(columns, 5), undefined);
    assert.equal(columns.beginScan({ sequence: 6, snapshot, store }, where), undefined);
  });

  it("forgets fields where most of what was read has died", () => {
    const columns = new FieldColumns();
    const scan = columns.beginScan({ sequence: 5, snapshot, store }, where);
    for (let i = 0; i < 100; i++) scan?.add(i * 8_192, { n: 1 });
    scan?.keep();
    assert.ok(columns.bytes > 2 ** 22);
    assert.equal(find(columns, 5), undefined);
    assert.equal(columns.bytes, 0);
  });

  it("begins no scan of a small store, or for a predicate about nothing", () => {
    const columns = new FieldColumns();
    const few = { incarnation: 1, counters: { entries: 20 } } as never;
    assert.equal(columns.beginScan({ sequence: 1, snapshot, store: few }, where), undefined);
    const all = { kind: "all" } as const;
    assert.equal(columns.beginScan({ sequence: 1, snapshot, store }, all), undefined);
    assert.equal(atOnce(columns.find({ sequence: 1, snapshot, store }, all, 9)), undefined);
  });
});

describe("ValueColumn", () => {
  it("tells values of few kinds apart, and says of others that it does not know them", () => {
    const column = new ValueColumn();
    const kept = [1, 2.5, "a", "", null, true, false, undefined, "a", -0];
    const not = [new Date(1), [1], { a: 1 }, new Uint8Array(1), "x".repeat(200)];
    for (const [i, value] of [...kept, ...not].entries()) column.set(i, value);
    for (const [i, value] of kept.entries()) {
      assert.ok(column.has(0, i) && column.tells(0, i));
      assert.equal(column.at(0, i), value);
    }
    for (const i of not.keys()) {
      assert.ok(column.has(0, kept.length + i) && !column.tells(0, kept.length + i));
    }
    assert.ok(!column.has(0, 100) && !column.has(3, 0) && !column.tells(3, 0));
    column.set(0, "another"); // what an ordinal stands for stays
    assert.equal(column.at(0, 0), 1);
  });

  it("gives up what has too many different values", () => {
    const column = new ValueColumn();
    for (let i = 0; i < 10_000; i++) column.set(i, `value ${i}`);
    assert.ok(!column.isFit);
    assert.deepEqual(column.blocks, []);
  });
});

function metadataOf(n: number): Metadata {
  return {
    n,
    ...(n % 3 === 0 ? {} : { kind: n % 2 === 0 ? "a" : "b" }),
    seen: new Date(n),
    flag: n % 100 === 0 ? null : n % 50 === 0,
    tags: [`t${n % 300}`],
    text: n % 40 === 0 ? "x".repeat(150) : `t${n % 900}`,
    deep: { er: n % 700 },
  };
}
