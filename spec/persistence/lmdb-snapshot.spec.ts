import assert from "node:assert/strict";
import type { LmdbEnvironment } from "../../lib/persistence/lmdb.js";
import { LmdbSnapshot, LmdbState } from "../../lib/persistence/lmdb-snapshot.js";
import type { Row } from "../../lib/persistence/table.js";
import { refuses } from "../support/refuses.js";

/** What a page that was damaged makes of reading. */
describe("a snapshot of pages that are not what was written", () => {
  const from = Buffer.of(5);
  const to = Buffer.of(50);
  const row = (key: number): Row => ({ key: Buffer.of(key), value: Buffer.of(1) });

  function snapshotOf(rows: () => Iterable<Row>): LmdbSnapshot {
    const environment = {
      hold: () => ({ done: () => {} }),
      expectReads: () => {},
      get: () => rows()[Symbol.iterator]().next().value?.value,
      range: () => rows()[Symbol.iterator](),
      rangeBack: () => rows()[Symbol.iterator](),
    };
    return new LmdbSnapshot(
      new LmdbState(environment as unknown as LmdbEnvironment, () => undefined),
    );
  }

  const keysOf = (snapshot: LmdbSnapshot, isReversed?: boolean) =>
    Array.from(snapshot.range("ids", from, to, isReversed), ({ key }) => key[0]);

  it("gives rows that are in order", () => {
    const snapshot = snapshotOf(() => [row(5), row(6), row(49)]);
    assert.deepEqual(keysOf(snapshot), [5, 6, 49]);
    assert.deepEqual(snapshot.get("ids", from), Buffer.of(1));
  });

  it("is CORRUPT where keys come twice, go back, or lie before what was asked for", () => {
    for (const keys of [
      [6, 6],
      [6, 7, 6],
      [4, 5],
    ]) {
      refuses(() => keysOf(snapshotOf(() => keys.map(row))), "CORRUPT", /cannot be read/);
    }
  });

  it("is CORRUPT where keys come twice, go on, or lie behind what was asked for, read backwards", () => {
    assert.deepEqual(
      keysOf(
        snapshotOf(() => [49, 6, 5].map(row)),
        true,
      ),
      [49, 6, 5],
    );
    for (const keys of [
      [6, 6],
      [7, 6, 7],
      [50, 49],
    ]) {
      const read = () =>
        keysOf(
          snapshotOf(() => keys.map(row)),
          true,
        );
      refuses(read, "CORRUPT", /cannot be read/);
    }
  });

  it("is CORRUPT where a key becomes the beginning of the one before", () => {
    const rows = [Buffer.of(6, 1), Buffer.of(6)].map((key) => ({ key, value: key }));
    refuses(() => keysOf(snapshotOf(() => rows)), "CORRUPT", /cannot be read/);
  });

  it("is CORRUPT where LMDB fails, at the beginning or later", () => {
    const failing = () => {
      throw Object.assign(new Error("MDB_PAGE_NOTFOUND"), { code: -30_797 });
    };
    refuses(() => keysOf(snapshotOf(failing)), "CORRUPT", /cannot be read/);
    refuses(() => snapshotOf(failing).get("ids", from), "CORRUPT", /cannot be read/);
    const later = function* () {
      yield row(5);
      failing();
    };
    refuses(() => keysOf(snapshotOf(later)), "CORRUPT", /cannot be read/);
  });
});
