import assert from "node:assert/strict";
import { despiteFreePages, despiteFreePagesHere } from "../../lib/persistence/free-page-fault.js";

const said =
  "MDB_BAD_TXN: Transaction must abort, has a child, or is invalid: " +
  "reserved freelist had a data entry with zero-size, last id 7";

/** As lmdb-js rejects it: by number and sentence, in a promise of its own where a thread has written. */
const refused = (message = said, code = -30_782): Error =>
  Object.assign(new Error(message), { code });
const refusedBehind = (reason: Error): Error =>
  Object.assign(new Error("Commit failed (see commitError for details)"), {
    commitError: Promise.reject(reason),
  });

/** A commit that throws these, one after the other, and then succeeds. */
function commitAfter(...errors: readonly Error[]): { (): string; calls: number } {
  const commit = (): string => {
    const error = errors[commit.calls++];
    if (error !== undefined) throw error;
    return "committed";
  };
  commit.calls = 0;
  return commit;
}

describe("a commit that lmdb refuses over its free pages", () => {
  for (const [where, make] of [
    ["on this thread", refused],
    ["behind it", () => refusedBehind(refused())],
  ] as const) {
    it(`is done again, ${where}`, async () => {
      const commit = commitAfter(make(), make(), make());
      assert.equal(await despiteFreePages(async () => commit()), "committed");
      assert.equal(commit.calls, 4);
    });
  }

  it("is done again at once where nobody can wait", () => {
    const commit = commitAfter(refused(), refused());
    assert.equal(despiteFreePagesHere(commit), "committed");
    assert.equal(commit.calls, 3);
  });

  it("fails where it is refused again and again", async () => {
    const errors = Array.from({ length: 20 }, () => refused());
    const commit = commitAfter(...errors);
    await assert.rejects(
      despiteFreePages(async () => commit()),
      errors[4],
    );
    assert.equal(commit.calls, 5);
    assert.throws(() => despiteFreePagesHere(commit), errors[9]);
    assert.equal(commit.calls, 10);
  });

  it("is none that is refused for any other reason, and those are told at once", async () => {
    const others = [
      refused("MDB_BAD_TXN: Transaction must abort, has a child, or is invalid"),
      refused(said, 5),
      refused("Input/output error", 5),
      new Error(said),
    ];
    for (const other of others) {
      const commit = commitAfter(other);
      assert.throws(() => despiteFreePagesHere(commit), other);
      const behind = refusedBehind(other);
      await assert.rejects(
        despiteFreePages(() => Promise.reject(behind)),
        behind,
      );
      assert.equal(commit.calls, 1);
    }
  });
});
