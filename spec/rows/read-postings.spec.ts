import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type EmbeddedEngine,
  type Metadata,
  open,
  type Store,
  type Where,
} from "../../lib/index.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { PostingGroups } from "../../lib/rows/posting-groups.js";
import { holds } from "../support/naive-predicate.js";

describe("the postings of several blocks", function () {
  this.timeout(60_000);
  const count = 100_000;
  const metadataOf = (n: number): Metadata => ({
    own: ((n * 7_919) % count) / 4,
    few: n % 3,
    tags: [`t${n % 50}`],
    ...(n % 1_000 === 7 ? { tags: Array.from({ length: 257 }, (_, i) => `t${i + n}`) } : {}),
  });
  let engine: EmbeddedEngine;
  let store: Store;
  let living: Metadata[];
  before(async () => {
    engine = await open({ threads: 0 });
    store = await engine.createStore("s", { dimension: 1, indexes: ["own", "few", "tags"] });
    await store.load(
      Array.from({ length: count }, (_, n) => {
        return { id: `${n}`, vector: [1], metadata: metadataOf(n) };
      }),
    );
    // Of the blocks but the first and the last nothing is left in one.
    const gone = Array.from({ length: 35_000 }, (_, n) => 32_000 + n);
    for (let at = 0; at < gone.length; at += 5_000) {
      await store.delete(gone.slice(at, at + 5_000).map(String));
    }
    living = Array.from({ length: count }, (_, n) => metadataOf(n)).toSpliced(32_000, 35_000);
  });
  after(() => engine.close());

  const own = fc.nat(count - 1).map((n) => n / 4);
  const where: fc.Arbitrary<Where> = fc.oneof(
    own.map((value) => ({ own: value })),
    fc.tuple(own, own).map(([from, to]) => ({ own: { $gte: from, $lt: to } })),
    fc.tuple(own, own).map(([from, to]) => ({ own: { $gt: from, $lte: from + to / 500 } })),
    fc.array(own, { maxLength: 20 }).map((values) => ({ own: { $in: values } })),
    fc.nat(400).map((n) => ({ tags: { $contains: `t${n}` } })),
    fc.tuple(fc.nat(3), own).map(([few, to]) => ({ few, own: { $lt: to } })),
  );

  it("give what looking at every entry gives", async () => {
    const property = fc.asyncProperty(where, async (asked) => {
      const expected = living.filter((metadata) => holds(asked, metadata)).length;
      assert.equal(await store.count({ where: asked }), expected);
    });
    await fc.assert(property, { numRuns: 15 });
  });

  it("are read from rows of the blocks that are there only", async () => {
    const asked = { kind: "count", store: "s", where: { own: 1 } } as const;
    const { examined, matched } = await engine.explain(asked);
    assert.equal(matched, living.some(({ own }) => own === 1) ? 1 : 0);
    assert.equal(examined, 3);
  });

  it("are CORRUPT where a row is cut off", () => {
    const groups = new PostingGroups();
    groups.open(Uint8Array.of(0, 1, 1, 0, 5, 1, 1, 7, 0));
    assert.equal(groups.next(), true);
    const corrupt = (error: unknown) => error instanceof AhnlichError && error.code === "CORRUPT";
    assert.throws(() => groups.addRest(new Uint32Array(1_024)), corrupt);
    assert.throws(() => groups.next(), corrupt);
  });
});
