import assert from "node:assert/strict";
import { type EmbeddedEngine, type MetadataValue, open } from "../../lib/index.js";
import type { Snapshot } from "../../lib/persistence/persistence.js";
import { Persistence, provide } from "../../lib/ports.js";
import { orderedPostings, type PostingsSought } from "../../lib/rows/ordered-postings.js";
import { postingParts } from "../../lib/rows/posting-rows.js";
import { termOf, valueOfTerm } from "../../lib/rows/value-terms.js";
import { LastingPersistence } from "../faults/lasting-persistence.js";

describe("the postings of an index in order", () => {
  const count = 70_000;
  /** Of the entry of that ordinal: some thousand numbers, each of several entries, and all else seldom. */
  const valueAt = (ordinal: number): MetadataValue => {
    if (ordinal % 1_000 === 1) return null;
    if (ordinal % 1_000 === 2) return `text ${ordinal % 7}`;
    if (ordinal % 1_000 === 3) return new Date(ordinal);
    return ((ordinal * 7_919) % 4_001) - 2_000;
  };
  let engine: EmbeddedEngine;
  let snapshot: Snapshot;
  before(async () => {
    const persistence = new LastingPersistence();
    engine = await open({ threads: 0, provide: [provide(Persistence, persistence)] });
    const store = await engine.createStore("s", { dimension: 1, indexes: ["value"] });
    await store.load(
      Array.from({ length: count }, (_, i) => {
        return { id: `${i + 1}`, vector: [1], metadata: { value: valueAt(i + 1) } };
      }),
    );
    snapshot = persistence.snapshot();
  });
  after(async () => {
    snapshot.release();
    await engine.close();
  });

  /** The terms with their ordinals, as they come. */
  function read(sought: Partial<PostingsSought>): [string, number[]][] {
    const terms: [string, number[]][] = [];
    const all = { incarnation: 1, index: 1, part: postingParts.value, ...sought };
    for (const posting of orderedPostings(snapshot, all)) {
      if (posting === undefined) continue;
      const ordinals = posting.ordinals();
      assert.ok(ordinals.every((ordinal, i) => i === 0 || ordinal > Number(ordinals[i - 1])));
      const last = terms.at(-1);
      if (last?.[0] === posting.term) last[1].push(...ordinals);
      else terms.push([posting.term, [...ordinals]]);
    }
    for (const [, ordinals] of terms) ordinals.sort((a, b) => a - b);
    return terms;
  }

  /** The same by looking at every value. */
  function expected(): [string, number[]][] {
    const terms = new Map<string, number[]>();
    for (let ordinal = 1; ordinal <= count; ordinal++) {
      const { text } = termOf(valueAt(ordinal));
      terms.set(text, [...(terms.get(text) ?? []), ordinal]);
    }
    return [...terms].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  it("are all there, each term once", () => {
    assert.deepEqual(read({}), expected());
  });

  it("come the other way round", () => {
    assert.deepEqual(read({ isDescending: true }), expected().reverse());
  });

  it("lie within bounds, the lower inclusive, the upper exclusive", () => {
    const [from, to] = [termOf(-1_990).text, termOf(-1_500).text];
    const within = expected().filter(([term]) => term >= from && term < to);
    assert.equal(within.length, 490);
    assert.deepEqual(read({ from, to }), within);
    assert.deepEqual(read({ from, to, isDescending: true }), within.toReversed());
    assert.deepEqual(read({ to: termOf(null).text }), []);
    assert.deepEqual(read({ from: to, to: from }), []);
  });

  it("are of one part", () => {
    const [[term, ordinals] = ["-", []]] = read({ part: postingParts.there });
    assert.deepEqual([term, ordinals.length], ["", count]);
    assert.deepEqual(read({ part: postingParts.element }), []);
    assert.deepEqual(read({ index: 2 }), []);
  });

  it("tell the first values without reading the others", () => {
    const postings = orderedPostings(snapshot, {
      incarnation: 1,
      index: 1,
      part: postingParts.value,
    });
    for (const posting of postings) {
      if (posting === undefined) continue;
      assert.equal(valueOfTerm(posting.term), null);
      break;
    }
  });
});
