import assert from "node:assert/strict";
import { open } from "../../lib/index.js";
import { WriteBatch } from "../../lib/persistence/write-batch.js";
import { Persistence, provide } from "../../lib/ports.js";
import { PostingBody } from "../../lib/rows/posting-groups.js";
import {
  blockPrefix,
  keyBytes,
  lastEnd,
  postingParts,
  postingPrefix,
  postingSections,
  putPostings,
} from "../../lib/rows/posting-rows.js";
import { termOf } from "../../lib/rows/value-terms.js";
import { Problems } from "../../lib/verification/problems.js";
import { verifyRows } from "../../lib/verification/verify-rows.js";
import { LastingPersistence } from "../faults/lasting-persistence.js";

/** The key of the last row of the store's first block. */
const keyOf = (index = 1, end: string = lastEnd) => {
  return keyBytes(blockPrefix(postingPrefix(1, index) + postingSections.main, 0) + end);
};

/** A body of the postings that there are, or of others. */
function bodyOf(change: (terms: [string, number[]][]) => [string, number[]][] = (all) => all) {
  const years = Array.from({ length: 30 }, (_, i): [string, number[]] => {
    return [postingParts.value + termOf(1970 + i).text, [i + 1]];
  });
  const there = years.map((_, i) => i + 1);
  const body = new PostingBody();
  for (const [term, places] of change([[postingParts.there, there], ...years])) {
    body.add(term, Uint16Array.from(places), places.length);
  }
  return body.bytes.slice();
}

const damages: readonly {
  readonly done: string;
  readonly told: RegExp;
  damage(batch: WriteBatch): void;
}[] = [
  {
    done: "one is lost",
    told: /^store films, index of "year": 59 postings are there, and its entries have 60$/,
    damage: (batch) =>
      putPostings(
        batch,
        keyOf(),
        bodyOf((all) => all.toSpliced(9, 1)),
      ),
  },
  {
    done: "all are lost",
    told: /^store films, index of "year": 0 postings are there, and its entries have 60$/,
    damage: (batch) => batch.delete("postings", keyOf()),
  },
  {
    done: "one is of another entry",
    told: /^store films, index of "year": 60 postings are there, .* have 60, but other ones$/,
    damage: (batch) => {
      const other = bodyOf((all) => all.with(9, [all[9]?.[0] ?? "", [99]]));
      putPostings(batch, keyOf(), other);
    },
  },
  {
    done: "terms are not in order",
    told: /^table postings, row .*: its postings are not written as they should be$/,
    damage: (batch) => {
      const swapped = bodyOf((all) => all.toSpliced(4, 2, ...all.slice(4, 6).reverse()));
      putPostings(batch, keyOf(), swapped);
    },
  },
  {
    done: "they are written in another way",
    told: /^table postings, row .*: its postings are not written as they should be$/,
    damage: (batch) => {
      // One run of thirty as a list of thirty.
      const [, , , , , , , ...rest] = bodyOf();
      const list = [0, 1, 0, 0x80, 30, 1, ...new Array(29).fill(0)];
      putPostings(batch, keyOf(), Uint8Array.from([...list, ...rest]));
    },
  },
  {
    done: "a row ends where none should",
    told: /^table postings, row .*: its postings are not written as they should be$/,
    damage: (batch) => {
      batch.delete("postings", keyOf());
      putPostings(batch, keyOf(1, postingParts.value + termOf(1999).text), bodyOf());
    },
  },
  {
    done: "a term has no places",
    told: /^table postings, row .*: its postings are not written as they should be$/,
    damage: (batch) => putPostings(batch, keyOf(), Uint8Array.of(0, 1, 0, 0x80, 0)),
  },
  {
    done: "a row is cut off",
    told: /^table postings: a row is no posting: it is cut off$/,
    damage: (batch) => putPostings(batch, keyOf(), bodyOf().subarray(0, -1)),
  },
  {
    done: "a row is empty",
    told: /^table postings: a row is no posting: it has no terms$/,
    damage: (batch) => putPostings(batch, keyOf(), new Uint8Array(0)),
  },
  {
    done: "a key has no form",
    told: /^table postings: a row is no posting: its key is too short$/,
    damage: (batch) => putPostings(batch, keyOf().subarray(0, 9), bodyOf()),
  },
  {
    done: "they are of no index",
    told: /^table postings, row .*: store films has no index 9$/,
    damage: (batch) => putPostings(batch, keyOf(9), bodyOf()),
  },
];

describe("postings that were damaged", () => {
  for (const { done, told, damage } of damages) {
    it(`are told of where ${done}`, async () => {
      const persistence = await written();
      const batch = new WriteBatch();
      damage(batch);
      await persistence.commit(batch);
      const problems = verified(persistence);
      assert.ok(
        problems.some((problem) => told.test(problem)),
        `expected ${told} among:\n${problems.join("\n")}`,
      );
    });
  }

  it("would be told of as whole where nothing is damaged", async () => {
    const persistence = await written();
    const batch = new WriteBatch();
    putPostings(batch, keyOf(), bodyOf());
    await persistence.commit(batch);
    assert.deepEqual(verified(persistence), []);
  });

  it("are no problem where they are whole, or their store is being erased", async () => {
    const persistence = await written();
    assert.deepEqual(verified(persistence), []);
    await using engine = await open({ threads: 0, provide: [provide(Persistence, persistence)] });
    await engine.dropStore("films");
    assert.deepEqual((await engine.verify()).problems, []);
  });
});

/** Thirty entries of different years, each with a posting that it has a year, and one of which. */
async function written(): Promise<LastingPersistence> {
  const persistence = new LastingPersistence();
  await using engine = await open({ threads: 0, provide: [provide(Persistence, persistence)] });
  const films = await engine.createStore("films", { dimension: 1, indexes: ["year"] });
  await films.load(
    Array.from({ length: 30 }, (_, i) => ({ vector: [i], metadata: { year: 1970 + i } })),
  );
  return persistence;
}

function verified(persistence: LastingPersistence): string[] {
  const problems = new Problems();
  const snapshot = persistence.snapshot();
  for (const _ of verifyRows(snapshot, problems));
  snapshot.release();
  return problems.sentences;
}
