import assert from "node:assert/strict";
import {
  type EmbeddedEngine,
  type FindOptions,
  type Metadata,
  type MetadataValue,
  open,
  query,
  type Store,
  type Where,
} from "../../lib/index.js";
import { naiveOrder } from "../support/naive-facets.js";
import { holds, lookUp } from "../support/naive-predicate.js";
import { pagesOf } from "../support/pages-of.js";

const count = 2_500;

describe("sorted pages of many entries", function () {
  this.timeout(60_000);
  let engine: EmbeddedEngine;
  let store: Store;
  const all = Array.from({ length: count }, (_, n) => ({
    id: `e${String((n * 1_913) % count).padStart(4, "0")}`,
    metadata: metadataOf(n),
  }));
  before(async () => {
    engine = await open({ threads: 0 });
    const indexes = ["number", "flag", "mixed", "text"];
    store = await engine.createStore("s", { dimension: 1, indexes });
    await store.load(all.map((entry) => ({ ...entry, vector: [1] })));
  });
  after(() => engine.close());

  const inOrder = (field: string, descending: boolean, where: Where = {}) =>
    all
      .filter(({ metadata }) => holds(where, metadata))
      .map(({ id, metadata }) => ({ id, value: lookUp(field, metadata) }))
      .sort((a, b) => naiveOrder(a.value, b.value, descending) || (a.id < b.id ? -1 : 1))
      .map(({ id }) => id);

  for (const field of ["number", "flag", "mixed", "text", "unindexed"]) {
    for (const descending of [false, true]) {
      it(`follow ${field} ${descending ? "down" : "up"}, whatever is asked`, async () => {
        const narrow = field === "mixed" || (field === "number" && !descending);
        for (const where of narrow ? [...broad, ...bounded] : broad) {
          const options = { sort: { field, descending }, where, limit: 700 } satisfies FindOptions;
          const pages = await pagesOf(store, { ...options, include: { vector: false } });
          assert.deepEqual(pages.flat(), inOrder(field, descending, where));
        }
      });
    }
  }

  it("look at little more than they have, where the field has an index", async () => {
    for (const descending of [false, true]) {
      const sort = { field: "number", descending };
      const first = await store.find({ sort, limit: 1_200 });
      for (const cursor of [undefined, first.cursor]) {
        const asked = query.find({ store: "s", sort, limit: 10, cursor });
        const { plan, examined, indexes } = await engine.explain(asked);
        assert.deepEqual([plan, indexes], ["index", ["number"]]);
        assert.ok(examined < 40, `${examined} looked at`);
      }
    }
    const within = query.find({
      ...{ store: "s", sort: { field: "number" }, limit: 10 },
      where: { number: { $gte: 1_000 }, unindexed: { $exists: true } },
    });
    assert.ok((await engine.explain(within)).examined < 200);
    const { examined } = await engine.explain(
      query.find({ store: "s", sort: { field: "unindexed" }, limit: 10 }),
    );
    assert.equal(examined, count);
  });
});

const broad: readonly Where[] = [
  ...[{}, { number: { $gte: 300 } }, { unindexed: { $lt: 40 } }, { flag: { $ne: true } }],
];
const bounded: readonly Where[] = [
  ...[{ number: { $lt: 300 } }, { mixed: { $exists: true } }, { mixed: { $gte: "1" } }],
  { number: { $gte: 300, $lt: 2_200 }, text: { $startsWith: "long" } },
  { mixed: { $in: [null, 3, "2", new Date(1)] }, text: { $exists: true } },
  ...[{ mixed: { $contains: 8 } }, { mixed: [9] }],
  { $and: [{ mixed: { $exists: true } }, { $not: { mixed: 3 } }] },
  { $and: [{ number: { $gt: 500 } }, { number: { $lt: 400 } }] },
];

function metadataOf(n: number): Metadata {
  const long = "long ".repeat(30);
  const mixed: (MetadataValue | undefined)[] = [
    ...[undefined, null, n % 2 === 0, n % 7, `${n % 5}`, new Date(n % 3), [n], { n }],
  ];
  const value = mixed[(n * 7) % mixed.length];
  return {
    number: (n * 7_919) % count,
    ...(n % 10 === 0 ? {} : { flag: n % 4 === 0 }),
    ...(value === undefined ? {} : { mixed: value }),
    text: n % 2 === 0 ? `${long}${n % 1_000}` : `${n % 3}`,
    unindexed: n % 97,
  };
}
