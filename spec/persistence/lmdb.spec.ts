import assert from "node:assert/strict";
import { AhnlichError } from "../../lib/model/errors.js";
import type { LmdbPersistence } from "../../lib/persistence/lmdb-persistence.js";
import type { Persistence, Snapshot } from "../../lib/persistence/persistence.js";
import { WriteBatch } from "../../lib/persistence/write-batch.js";
import { itKeepsRows, manyRows, numberKey } from "../contracts/persistence.contract.js";
import { openFolder } from "../support/open-folder.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

describe("lmdb", function () {
  this.timeout(120_000);
  const folder = new TemporaryFolder();
  const memory = new TemporaryFolder();
  let opened = 0;

  after(() => {
    folder.remove();
    memory.remove();
  });

  for (const threads of [1, 0]) {
    itKeepsRows(`lmdb with ${threads} threads`, {
      open: () => openFolder(folder.at(`${opened++}`), threads),
      reopen: async (persistence: Persistence) => {
        await persistence.close();
        return openFolder(String(persistence.path), threads);
      },
    });
  }

  it("uses the pages of released snapshots again, so that overwriting does not let the file grow", async () => {
    const persistence = await openFolder(memory.at("pages"));
    await persistence.commit(manyRows(500));
    const overwrite = async (commits: number): Promise<void> => {
      for (let commit = 0; commit < commits; commit++) {
        const batch = new WriteBatch();
        for (let row = 0; row < 5; row++) {
          batch.put(
            "entries",
            numberKey((commit * 5 + row) % 500),
            new Uint8Array(100).fill(commit),
          );
        }
        await persistence.commit(batch);
        persistence.snapshot().release();
      }
    };
    await overwrite(200);
    const settled = persistence.bytes;
    const held = persistence.snapshot();
    await overwrite(200);
    const grown = persistence.bytes;
    assert.ok(grown > settled * 2, "a held snapshot keeps its pages");
    assert.equal(held.get("entries", numberKey(0))?.[0], 100);
    held.release();
    await overwrite(2_000);
    assert.ok(persistence.bytes <= grown, `${persistence.bytes} after ${grown}`);
    await persistence.close();
  });

  it("gives held snapshots their large values while the file grows around them", async () => {
    const persistence = await openFolder(folder.at("large"));
    const sizes = [100, 5_000, 20_000, 70_000, 300_000];
    const sizeOf = (number: number): number => sizes[number % sizes.length] ?? 0;
    const held: { snapshot: Snapshot; count: number }[] = [];
    for (let count = 0; count < 200; ) {
      const batch = count % 50 === 0 ? manyRows(6_000) : new WriteBatch();
      for (const end = count + 10; count < end; count++) {
        batch.put("meta", numberKey(count), new Uint8Array(sizeOf(count)).fill(count));
      }
      await persistence.commit(batch);
      held.push({ snapshot: persistence.snapshot(), count });
    }
    for (const { snapshot, count } of held) {
      for (let number = 0; number < count; number += 7) {
        const value = snapshot.get("meta", numberKey(number));
        assert.deepEqual(
          [value?.length, value?.[0], value?.at(-1)],
          [sizeOf(number), number & 255, number & 255],
        );
      }
      assert.equal(snapshot.get("meta", numberKey(count)), undefined);
      snapshot.release();
    }
    await persistence.close();
  });

  it("holds more snapshots at once than there are readers' slots in most environments", async () => {
    const persistence = await openFolder(memory.at("readers"));
    const held: Snapshot[] = [];
    for (let count = 0; count < 300; count++) {
      const batch = new WriteBatch();
      batch.put("meta", Buffer.from("count"), numberKey(count));
      await persistence.commit(batch);
      held.push(persistence.snapshot());
    }
    for (const [count, snapshot] of held.entries()) {
      assert.deepEqual(
        Buffer.from(snapshot.get("meta", Buffer.from("count")) ?? ""),
        numberKey(count),
      );
      snapshot.release();
    }
    await persistence.close();
  });

  it("says BUSY where snapshots of too many commits are held, and goes on once they are released", async () => {
    const persistence = await openFolder(memory.at("busy"));
    const held: Snapshot[] = [];
    const commitAndHold = async (): Promise<void> => {
      const batch = new WriteBatch();
      batch.put("meta", Buffer.from("count"), numberKey(held.length));
      await persistence.commit(batch);
      held.push(persistence.snapshot());
    };
    await assert.rejects(
      async () => {
        for (let count = 0; count < 1_100; count++) await commitAndHold();
      },
      (error) => error instanceof AhnlichError && error.code === "BUSY",
    );
    assert.ok(held.length > 1_000);
    for (const snapshot of held.splice(0)) snapshot.release();
    await commitAndHold();
    await persistence.close();
  });

  describe("read by another thread", () => {
    const job = new URL("../support/read-job.js", import.meta.url);
    const filled = async (name: string): Promise<LmdbPersistence> => {
      const persistence = await openFolder(folder.at(name));
      await persistence.commit(manyRows(5_000));
      return persistence;
    };
    const read = (persistence: LmdbPersistence, input: object): AsyncIterable<number> =>
      persistence.readBehind?.(job, input) as AsyncIterable<number>;

    it("gives all that was committed, in order", async () => {
      const persistence = await filled("behind");
      const lengths: number[] = [];
      for await (const length of read(persistence, { table: "entries" })) lengths.push(length);
      const held = persistence.snapshot();
      const rows = [...held.range("entries", new Uint8Array(1), new Uint8Array(9).fill(255))];
      assert.equal(rows.length, 5_000);
      assert.deepEqual(
        lengths,
        rows.map(({ value }) => value.length),
      );
      held.release();
      await persistence.close();
    });

    it("ends when nobody wants more, and when the persistence closes", async () => {
      const persistence = await filled("broken-off");
      for await (const _ of read(persistence, { table: "entries" })) break;
      const left = read(persistence, { table: "entries" })[Symbol.asyncIterator]();
      assert.equal((await left.next()).done, false);
      await persistence.close();
      assert.equal((await left.next()).done, true);
      await assert.rejects(async () => {
        for await (const _ of read(persistence, { table: "entries" }));
      }, /closed/);
    });

    it("fails where the module does", async () => {
      const persistence = await filled("failing");
      const seen: number[] = [];
      await assert.rejects(async () => {
        for await (const one of read(persistence, { table: "entries", failAt: 20 })) seen.push(one);
      }, /told to fail/);
      assert.equal(seen.length, 20);
      await persistence.close();
    });

    it("is not offered without threads", async () => {
      const persistence = await openFolder(folder.at("alone"), 0);
      assert.equal(persistence.readBehind, undefined);
      await persistence.close();
    });
  });
});
