import assert from "node:assert/strict";
import { atOnce } from "../../lib/engine/steps.js";
import { trimChanges } from "../../lib/engine/trim-changes.js";
import { MemoryPersistence } from "../../lib/persistence/memory.js";
import { WriteBatch } from "../../lib/persistence/write-batch.js";
import { putChanges } from "../../lib/rows/change-rows.js";
import { sequenceOfKey } from "../../lib/rows/keys.js";
import type { Counters } from "../../lib/rows/store-rows.js";

describe("trimming the log of changes", () => {
  const time = 1_700_000_000_000;
  const day = 24 * 60 * 60 * 1_000;

  /** A log of one store whose commands, from sequence 5 on, made so many changes each. */
  async function logOf(sizes: readonly number[]): Promise<MemoryPersistence> {
    const persistence = new MemoryPersistence();
    const batch = new WriteBatch();
    for (const [index, size] of sizes.entries()) {
      const at = { incarnation: 1, sequence: 5 + index, part: 0, time };
      const ids = Array.from({ length: size }, (_, n) => `${n}`);
      for (const _ of putChanges(batch, at, { kind: "set", ids }));
    }
    await persistence.commit(batch);
    return persistence;
  }

  function trim(
    persistence: MemoryPersistence,
    changed: Partial<Counters>,
    now: { time: number; added: number },
  ): { counters: Counters; trimmed: number[] } {
    const batch = new WriteBatch();
    const snapshot = persistence.snapshot();
    const before = { ...counters, ...changed };
    const after = atOnce(
      trimChanges({ batch, snapshot, incarnation: 1, drafted: [] }, before, now),
    );
    snapshot.release();
    const trimmed: number[] = [];
    WriteBatch.forEach(batch.bytes, (_, key) => trimmed.push(sequenceOfKey(key)));
    return { counters: after, trimmed };
  }

  const counters: Counters = {
    ...{ entries: 1, nextOrdinal: 2, position: 9 },
    ...{ changes: 1, changesFrom: 5, changesSince: time, expiring: 0 },
  };

  it("leaves a log that is neither too long nor too old as it is", async () => {
    const log = await logOf([1, 1]);
    const { counters: after, trimmed } = trim(log, { changes: 1_001_000 }, { time, added: 1 });
    assert.deepEqual(trimmed, []);
    assert.equal(after.changes, 1_001_000);
  });

  it("goes down to the last million changes when a thousand more are there", async () => {
    const log = await logOf([600, 300, 200, 50]);
    const { counters: after, trimmed } = trim(log, { changes: 1_001_001 }, { time, added: 1 });
    assert.deepEqual(trimmed, [5, 5, 5, 6, 6, 7]);
    assert.equal(after.changes, 1_001_001 - 1_100);
    assert.equal(after.changesFrom, 8);
  });

  it("never takes a part of a command, and keeps up with those who write much", async () => {
    const log = await logOf([...new Array(400).fill(1), 500, 1]);
    const few = trim(log, { changes: 2_000_000 }, { time, added: 1 });
    assert.equal(few.trimmed.length, 128);
    const many = trim(log, { changes: 2_000_000 }, { time, added: 200 });
    assert.equal(many.trimmed.length, 400);
    assert.equal(many.counters.changes, 2_000_000 - 400);
    const most = trim(log, { changes: 2_000_000 }, { time, added: 201 });
    assert.deepEqual(most.trimmed.slice(-2), [405, 405]);
    assert.equal(most.counters.changesFrom, 406);
  });

  it("says from where an empty log is complete", async () => {
    const log = await logOf([1, 2, 3]);
    const later = { time: time + 2 * day, added: 1 };
    const { counters: after } = trim(log, { changes: 6 }, later);
    assert.equal(after.changes, 0);
    assert.equal(after.changesFrom, 8);
  });
});
