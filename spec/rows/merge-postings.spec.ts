import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type BlockRow,
  type BlockRows,
  mergePostings,
  type TermChange,
} from "../../lib/rows/merge-postings.js";
import { PostingGroups, roomForPlaces } from "../../lib/rows/posting-groups.js";
import { lastEnd } from "../../lib/rows/posting-rows.js";

describe("the rows of a block of postings", () => {
  /** Some terms, of which many begin alike; some in a row of their own. */
  const term = fc.oneof(
    fc.nat(900).map((n) => `\u0001${n}`),
    fc.nat(60).map((n) => `\u0001${"long ".repeat(20)}${n}`),
    fc.constant("\u0000"),
  );
  const change = fc.record({
    term,
    places: fc.oneof(
      fc.nat(300).map((n) => [n]),
      fc.array(fc.nat(32_767), { maxLength: 400 }),
    ),
    isAdded: fc.integer({ min: 0, max: 3 }).map((n) => n > 0),
  });
  const step = fc.array(change, { maxLength: 60, size: "max" });

  it("have what was put there and not taken away, in rows that do not tell how", () => {
    const property = fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      const [rows, naive] = [new NaiveRows(), new Map<string, Set<number>>()];
      for (const changes of steps) {
        merge(rows, changes);
        for (const { term, places, isAdded } of changes) {
          const has = naive.get(term) ?? new Set();
          for (const place of places) isAdded ? has.add(place) : has.delete(place);
          naive.set(term, has);
        }
        assert.deepEqual(rows.terms(), inOrder(naive));
      }
      const atOnce = new NaiveRows();
      const left = inOrder(naive).map(([term, places]) => ({ term, places, isAdded: true }));
      merge(atOnce, left);
      assert.deepEqual(rows.ends(), atOnce.ends());
      assert.deepEqual([...rows.bodies], [...atOnce.bodies]);
    });
    fc.assert(property, { numRuns: 150 });
  });

  it("are of a size that pages have room for, and none is left when all is taken away", () => {
    const rows = new NaiveRows();
    const all = Array.from({ length: 5_000 }, (_, n) => {
      return { term: `\u0001${n * 7_919}`, places: [n], isAdded: true };
    });
    for (let at = 0; at < all.length; at += 100) merge(rows, all.slice(at, at + 100));
    assert.ok(rows.bodies.size > 20 && rows.bodies.size < 200, `${rows.bodies.size} rows`);
    assert.ok(Math.max(...[...rows.bodies.values()].map(({ length }) => length)) < 16_384);
    merge(
      rows,
      all.map((one) => ({ ...one, isAdded: false })),
    );
    assert.equal(rows.bodies.size, 0);
  });
});

interface Change {
  readonly term: string;
  readonly places: readonly number[];
  readonly isAdded: boolean;
}

function merge(rows: BlockRows, changes: readonly Change[]): void {
  const terms = new Map<string, number[]>();
  for (const { term, places, isAdded } of changes) {
    const ofTerm = terms.get(term) ?? [];
    ofTerm.push(...places.map((place) => place * 2 + (isAdded ? 1 : 0)));
    if (ofTerm.length > 0) terms.set(term, ofTerm);
  }
  const inOrder: TermChange[] = [...terms]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([term, ofTerm]) => {
      return { term, changes: ofTerm.length === 1 ? (ofTerm[0] as number) : ofTerm };
    });
  for (const _ of mergePostings(rows, inOrder));
}

function inOrder(terms: ReadonlyMap<string, ReadonlySet<number>>): [string, number[]][] {
  return [...terms]
    .filter(([, places]) => places.size > 0)
    .map(([term, places]): [string, number[]] => [term, [...places].sort((a, b) => a - b)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Rows in a map, which are found by looking at each. */
class NaiveRows implements BlockRows {
  readonly bodies: Map<string, Uint8Array> = new Map();

  find(end: string): BlockRow | undefined {
    const [first] = this.ends().filter((one) => one >= end);
    if (first === undefined) return undefined;
    return { end: first, body: this.bodies.get(first) as Uint8Array };
  }

  put(end: string, body: Uint8Array): void {
    assert.ok(body.length > 0);
    this.bodies.delete(end);
    this.bodies.set(end, body.slice());
  }

  delete(end: string): void {
    assert.ok(this.bodies.delete(end), "a row that is not there was deleted");
  }

  ends(): string[] {
    const ends = [...this.bodies.keys()].sort();
    const bodies = ends.map((end) => this.bodies.get(end) as Uint8Array);
    this.bodies.clear();
    for (const [i, end] of ends.entries()) this.bodies.set(end, bodies[i] as Uint8Array);
    return ends;
  }

  /** All terms with their places; each lies in the row that it is looked for in. */
  terms(): [string, number[]][] {
    const terms: [string, number[]][] = [];
    const [groups, places] = [new PostingGroups(), roomForPlaces()];
    for (const end of this.ends()) {
      groups.open(this.bodies.get(end) as Uint8Array);
      while (groups.next()) {
        const count = groups.readPlaces(places);
        assert.ok(groups.text <= end && groups.text > (terms.at(-1)?.[0] ?? ""));
        terms.push([groups.text, [...places.subarray(0, count)]]);
      }
      if (end !== lastEnd) assert.equal(terms.at(-1)?.[0], end);
    }
    return terms;
  }
}
