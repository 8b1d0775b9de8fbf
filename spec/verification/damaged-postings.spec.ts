import assert from "node:assert/strict";
import { open } from "../../lib/index.js";
import { WriteBatch } from "../../lib/persistence/write-batch.js";
import { Persistence, provide } from "../../lib/ports.js";
import {
  bodyOfPlaces,
  keyBytes,
  postingKey,
  postingPrefix,
  putPosting,
} from "../../lib/rows/posting-rows.js";
import { termOf } from "../../lib/rows/value-terms.js";
import { Problems } from "../../lib/verification/problems.js";
import { verifyRows } from "../../lib/verification/verify-rows.js";
import { LastingPersistence } from "../faults/lasting-persistence.js";

/** The key of the postings of a year in the store's one index. */
const keyOf = (year: number, index = 1) =>
  keyBytes(postingKey(postingPrefix(1, index), `\u0001${termOf(year).text}`, 0));

const damages: readonly {
  readonly done: string;
  readonly told: RegExp;
  damage(batch: WriteBatch): void;
}[] = [
  {
    done: "one is lost",
    told: /^store films, index of "year": 59 postings are there, and its entries have 60$/,
    damage: (batch) => batch.delete("postings", keyOf(1979)),
  },
  {
    done: "one is of another entry",
    told: /^store films, index of "year": 60 postings are there, .* have 60, but other ones$/,
    damage: (batch) => putPosting(batch, keyOf(1979), bodyOfPlaces([7])),
  },
  {
    done: "they are not in order",
    told: /^table postings, row .*: its ordinals are not written as they should be$/,
    damage: (batch) => putPosting(batch, keyOf(1979), Uint8Array.of(0, 9, 0, 3)),
  },
  {
    done: "one is beyond its block",
    told: /^table postings, row .*: its ordinals are not written as they should be$/,
    damage: (batch) => putPosting(batch, keyOf(1979), Uint8Array.of(0x20, 0)),
  },
  {
    done: "a row has no form",
    told: /^table postings: a row is no posting: its body has 3 bytes$/,
    damage: (batch) => putPosting(batch, keyOf(1979), Uint8Array.of(0, 9, 0)),
  },
  {
    done: "a key has no form",
    told: /^table postings: a row is no posting: its key is too short$/,
    damage: (batch) => putPosting(batch, keyOf(1979).subarray(0, 9), Uint8Array.of(0, 9)),
  },
  {
    done: "they are of no index",
    told: /^table postings, row .*: store films has no index 9$/,
    damage: (batch) => putPosting(batch, keyOf(1979, 9), Uint8Array.of(0, 9)),
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
