import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import type { Where } from "../../lib/model/where.js";
import { duringSuite, type Reach } from "../support/reach.js";

/** That predicates mean the same in every reach; all their rules are spelt out in their own specs. */
export function whereContract(reach: Reach): void {
  describe("where", () => {
    const suite = duringSuite(reach);
    let store: Store;
    before(async () => {
      store = await suite.newStore({ dimension: 1 });
      await store.set(films.map((metadata) => ({ id: metadata.id, vector: [1], metadata })));
    });

    for (const [expected, where] of questions) {
      const text = JSON.stringify(where, (_, value) =>
        value instanceof Uint8Array ? `bytes ${value}` : value,
      );
      it(`${text} allows ${expected === "" ? "none" : expected}`, async () => {
        const { entries } = await store.find({ where });
        assert.equal(entries.map(({ id }) => id).join(" "), expected);
        assert.equal(await store.count({ where }), entries.length);
        const matches = await store.search([1], { where });
        assert.equal(matches.map(({ id }) => id).join(" "), expected);
      });
    }
  });
}

const day = (text: string) => new Date(`${text}T00:00:00Z`);
const films = [
  {
    id: "a",
    title: "Äther",
    year: 1999,
    tags: ["war", "love"],
    shown: day("2020-01-01"),
    of: { studio: { name: "U", staff: 5 }, land: null },
    cover: new Uint8Array([1, 2]),
    "dotted.name": 1,
    seen: true,
  },
  { id: "b", title: "Zug", year: 2005, tags: [], shown: day("2021-01-01"), seen: false },
  { id: "c", title: "zug", year: "2005", tags: "war", of: { studio: null } },
  { id: "d", title: "\u{1f680}", year: null, tags: [["war"], 5, null], dotted: { name: 1 } },
  { id: "e", title: "\uffff", year: 2005.5, shown: 1_577_836_800_000 },
];

const questions: readonly [string, Where][] = [
  ["a b c d e", {}],
  ["b", { title: "Zug" }],
  ["b", { year: 2005 }],
  ["c", { year: "2005" }],
  ["d", { year: null }],
  ["a b c e", { year: { $ne: null } }],
  ["a", { shown: day("2020-01-01") }],
  ["e", { shown: 1_577_836_800_000 }],
  ["a b", { shown: { $gte: day("2020-01-01") } }],
  ["b", { shown: { $gt: day("2020-01-01"), $lt: day("2022-01-01") } }],
  ["a", { cover: { $eq: new Uint8Array([1, 2]) } }],
  ["", { cover: new Uint8Array([1, 2, 3]) }],
  ["a b e", { year: { $gte: 1999 } }],
  ["b e", { year: { $gt: 1999 } }],
  ["a b", { year: { $lt: 2005.5 } }],
  ["a b e", { year: { $lte: 2005.5 } }],
  ["c", { year: { $gt: "" } }],
  ["d", { title: { $gt: "\uffff" } }],
  ["a c d e", { title: { $gt: "Zug" } }],
  ["b", { title: { $startsWith: "Z" } }],
  ["a b c d e", { title: { $startsWith: "" } }],
  ["a", { title: { $startsWith: "Ä" } }],
  ["a", { tags: { $contains: "war" } }],
  ["d", { tags: { $contains: ["war"] } }],
  ["d", { tags: { $contains: null } }],
  ["b", { tags: [] }],
  ["a", { tags: ["war", "love"] }],
  ["", { tags: ["love", "war"] }],
  ["c", { tags: "war" }],
  ["a b c d", { tags: { $exists: true } }],
  ["e", { tags: { $exists: false } }],
  ["d", { year: { $exists: true, $in: [null, "x"] } }],
  ["b c", { year: { $in: [2005, "2005"] } }],
  ["", { year: { $in: [] } }],
  ["a b c d e", { year: { $nin: [] } }],
  ["c d e", { seen: { $nin: [true, false] } }],
  ["b c d e", { seen: { $ne: true } }],
  ["a", { "of.studio.name": "U" }],
  ["a", { "of.studio.staff": { $gt: 4, $lte: 5 } }],
  ["a c", { "of.studio": { $exists: true } }],
  ["c", { "of.studio": null }],
  ["a", { "of.land": null }],
  ["a", { of: { $eq: { land: null, studio: { staff: 5, name: "U" } } } }],
  ["", { of: { $eq: { studio: { name: "U", staff: 5 } } } }],
  ["a d", { "dotted.name": 1 }],
  ["", { "tags.0": "war" }],
  ["", { "title.length": 3 }],
  ["a b c d e", { $and: [] }],
  ["", { $or: [] }],
  ["a b", { $or: [{ year: 1999 }, { title: "Zug" }] }],
  ["b", { $and: [{ year: 2005 }, { seen: false }] }],
  ["a", { $not: { $or: [{ year: { $ne: 1999 } }] } }],
  ["b c d e", { $not: { seen: true } }],
  ["b", { year: 2005, $or: [{ seen: false }, { seen: true }], $not: { title: "zug" } }],
];
