import assert from "node:assert/strict";
import fc from "fast-check";
import { AhnlichError } from "../../lib/model/errors.js";
import type { Persistence, Snapshot } from "../../lib/persistence/persistence.js";
import { maxKeyBytes, type TableName, tableNames } from "../../lib/persistence/table.js";
import { WriteBatch } from "../../lib/persistence/write-batch.js";

export interface PersistenceFactory {
  /** A new one without rows. */
  open(): Promise<Persistence>;
  /** Closes it and opens the same rows again; undefined where nothing is kept. */
  reopen: ((persistence: Persistence) => Promise<Persistence>) | undefined;
}

/** What every Persistence promises, whoever keeps the rows. */
export function itKeepsRows(name: string, factory: PersistenceFactory): void {
  describe(`persistence: ${name}`, function () {
    // A disk that others use takes its time to flush.
    this.timeout(120_000);
    let persistence: Persistence;

    beforeEach(async () => {
      persistence = await factory.open();
    });

    afterEach(() => persistence.close());

    describe("a commit", () => {
      it("puts rows that later snapshots have", async () => {
        await commit(persistence, ["entries", "a", "1"], ["vectors", "a", "2"]);
        assert.deepEqual(rows(persistence, "entries"), ["a=1"]);
        assert.deepEqual(rows(persistence, "vectors"), ["a=2"]);
        assert.equal(read(persistence, "entries", "a"), "1");
      });

      it("replaces and deletes rows, in the order of the batch", async () => {
        await commit(persistence, ["ids", "a", "1"], ["ids", "b", "1"], ["ids", "c", "1"]);
        await commit(
          persistence,
          ["ids", "a", "22"],
          ["ids", "b"],
          ["ids", "c"],
          ["ids", "c", "3"],
        );
        assert.deepEqual(rows(persistence, "ids"), ["a=22", "c=3"]);
      });

      it("takes the delete of a key that was never put", async () => {
        await commit(persistence, ["ids", "absent"], ["ids", "a", "1"]);
        assert.deepEqual(rows(persistence, "ids"), ["a=1"]);
      });

      it("takes a batch without operations", async () => {
        await persistence.commit(new WriteBatch());
        assert.deepEqual(rows(persistence, "meta"), []);
      });

      it("keeps each table's rows to itself", async () => {
        await commit(
          persistence,
          ...tableNames.map((table): Change => [table, "same key", `of ${table}`]),
        );
        for (const table of tableNames) {
          assert.deepEqual(rows(persistence, table), [`same key=of ${table}`]);
        }
      });

      it("keeps empty values apart from rows that are absent", async () => {
        await commit(persistence, ["meta", "empty", ""]);
        assert.equal(read(persistence, "meta", "empty"), "");
        assert.equal(read(persistence, "meta", "absent"), undefined);
        assert.deepEqual(rows(persistence, "meta"), ["empty="]);
      });

      it("keeps values of 16 MiB and of every size around a page", async () => {
        const sizes = [4_000, 4_095, 4_096, 16_383, 16_384, 65_536, 1_000_003, 16 * 1024 * 1024];
        const batch = new WriteBatch();
        for (const size of sizes) batch.put("meta", text(`${size}`), pattern(size));
        await persistence.commit(batch);
        const snapshot = persistence.snapshot();
        for (const size of sizes) {
          const value = snapshot.get("meta", text(`${size}`));
          assert.ok(value !== undefined && Buffer.compare(value, pattern(size)) === 0, `${size}`);
        }
        let seen = 0;
        for (const { key, value } of snapshot.range("meta", text("0"), text("z"))) {
          assert.equal(Buffer.compare(value, pattern(Number(Buffer.from(key)))), 0);
          seen++;
        }
        assert.equal(seen, sizes.length);
        snapshot.release();
      });

      it("keeps keys up to the longest and refuses one byte more, changing nothing", async () => {
        const batch = new WriteBatch();
        for (const length of [1, 511, 512, 1_200, maxKeyBytes]) {
          batch.put("ids", pattern(length), text(`${length}`));
        }
        for (const length of [0, maxKeyBytes + 1, 65_537]) {
          assert.throws(
            () => batch.put("ids", pattern(length), text("")),
            hasCode("INVALID_ARGUMENT"),
          );
          assert.throws(() => batch.delete("ids", pattern(length)), hasCode("INVALID_ARGUMENT"));
        }
        await persistence.commit(batch);
        const snapshot = persistence.snapshot();
        assert.equal(Buffer.from(snapshot.get("ids", pattern(1_200)) ?? "").toString(), "1200");
        assert.equal(Array.from(snapshot.range("ids", text("\0"), Buffer.of(255))).length, 5);
        snapshot.release();
      });

      it("takes 50,000 operations at once, and none of them before it has settled", async () => {
        await commit(persistence, ["entries", "before", "1"]);
        const committed = persistence.commit(manyRows(50_000));
        let turns = 0;
        let settled = false;
        const noted = committed.then(() => {
          settled = true;
        });
        while (!settled) {
          const snapshot = persistence.snapshot();
          const seen = snapshot.get("entries", numberKey(0)) === undefined;
          const before = snapshot.get("entries", text("before"));
          snapshot.release();
          assert.ok(settled || seen, "a row was seen before the commit had settled");
          assert.deepEqual(Buffer.from(before ?? ""), Buffer.from("1"));
          await new Promise(setImmediate);
          turns++;
        }
        await noted;
        assert.ok(turns > 1, "the event loop was held");
        assert.equal(rows(persistence, "entries").length, 50_001);
      });
    });

    describe("a range", () => {
      it("is ordered by bytes, from inclusive, to exclusive", async () => {
        const keys = ["\x00", "\x00\x00", "\x01", "a", "a\x00", "ab", "b", "\x7f", "\x80", "\xff"];
        const batch = new WriteBatch();
        for (const key of keys.toReversed()) batch.put("ids", bytes(key), text(""));
        await persistence.commit(batch);
        const snapshot = persistence.snapshot();
        const read = (from: string, to: string, isReversed?: boolean): string[] =>
          Array.from(snapshot.range("ids", bytes(from), bytes(to), isReversed), ({ key }) =>
            Buffer.from(key).toString("latin1"),
          );
        const between = (from: string, to: string): string[] => {
          const found = read(from, to);
          assert.deepEqual(read(from, to, true), found.toReversed());
          return found;
        };
        assert.deepEqual(between("", "\xff\xff"), keys);
        assert.deepEqual(between("a", "b"), ["a", "a\x00", "ab"]);
        assert.deepEqual(between("a\x00", "ab"), ["a\x00"]);
        assert.deepEqual(between("b", "a"), []);
        assert.deepEqual(between("a", "a"), []);
        assert.deepEqual(between("", ""), []);
        assert.deepEqual(between("\xff", "\xff\xff"), ["\xff"]);
        snapshot.release();
      });

      it("may be broken off and begun again, also while another is under way", async () => {
        await commit(persistence, ["ids", "a", "1"], ["ids", "b", "2"], ["ids", "c", "3"]);
        const snapshot = persistence.snapshot();
        const seen: string[] = [];
        for (const outer of snapshot.range("ids", text("a"), text("z"))) {
          const key = Buffer.from(outer.key).toString();
          for (const inner of snapshot.range("ids", text("b"), text("z"))) {
            seen.push(`${key}${Buffer.from(inner.key)}`);
            break;
          }
        }
        assert.deepEqual(seen, ["ab", "bb", "cb"]);
        snapshot.release();
      });

      it("agrees with a plain model after any batches", async () => {
        const key = fc.uint8Array({ minLength: 1, maxLength: 3 });
        const value = fc.option(fc.uint8Array({ maxLength: 40 }), { nil: undefined });
        const table = fc.constantFrom<TableName>("entries", "ids");
        const batches = fc.array(fc.array(fc.tuple(table, key, value), { maxLength: 30 }), {
          maxLength: 5,
        });
        const model = new Map<string, string>();
        await fc.assert(
          fc.asyncProperty(batches, async (changes) => {
            for (const change of changes) {
              const batch = new WriteBatch();
              for (const [name, bytesOfKey, bytesOfValue] of change) {
                const at = `${name} ${Buffer.from(bytesOfKey).toString("hex")}`;
                if (bytesOfValue === undefined) {
                  batch.delete(name, bytesOfKey);
                  model.delete(at);
                } else {
                  batch.put(name, bytesOfKey, bytesOfValue);
                  model.set(at, Buffer.from(bytesOfValue).toString("hex"));
                }
              }
              await persistence.commit(batch);
            }
            const expected = Array.from(model, ([at, hex]) => `${at} ${hex}`);
            assert.deepEqual(everything(persistence), expected.sort());
          }),
          { numRuns: 20 },
        );
      });
    });

    describe("a snapshot", () => {
      it("keeps its state over many later commits, among other snapshots", async () => {
        const held: Snapshot[] = [];
        for (let round = 0; round < 200; round++) {
          await commit(persistence, ["entries", "a", `${round}`], ["ids", `${round}`, "x"]);
          if (round % 10 === 0) held.push(persistence.snapshot(), persistence.snapshot());
        }
        for (const [index, snapshot] of held.entries()) {
          const round = Math.floor(index / 2) * 10;
          assert.equal(
            Buffer.from(snapshot.get("entries", text("a")) ?? "").toString(),
            `${round}`,
          );
          const ids = Array.from(snapshot.range("ids", text("0"), text("z")));
          assert.equal(ids.length, round + 1);
        }
        for (const snapshot of held.filter((_, index) => index % 3 === 0)) snapshot.release();
        const [, second] = held;
        assert.equal(Buffer.from(second?.get("entries", text("a")) ?? "").toString(), "0");
        for (const snapshot of held.toReversed()) snapshot.release();
      });

      it("stays as it is while its rows are replaced and deleted under an iteration", async () => {
        await persistence.commit(manyRows(3_000));
        const snapshot = persistence.snapshot();
        let seen = 0;
        for (const { key, value } of snapshot.range("entries", numberKey(0), numberKey(3_000))) {
          assert.deepEqual(Buffer.from(value.subarray(0, key.length)), Buffer.from(key));
          if (seen === 10) {
            const batch = new WriteBatch();
            for (let index = 0; index < 3_000; index++) {
              if (index % 2 === 0) batch.delete("entries", numberKey(index));
              else batch.put("entries", numberKey(index), text("replaced"));
            }
            await persistence.commit(batch);
          }
          seen++;
        }
        assert.equal(seen, 3_000);
        snapshot.release();
        assert.equal(rows(persistence, "entries").length, 1_500);
      });

      it("may be released twice, and is not read after that", async () => {
        const snapshot = persistence.snapshot();
        snapshot.release();
        snapshot.release();
        assert.throws(() => snapshot.get("meta", text("a")), hasCode("INTERNAL"));
        assert.throws(
          () => Array.from(snapshot.range("meta", text("a"), text("b"))),
          hasCode("INTERNAL"),
        );
      });
    });

    describe("bytes", () => {
      it("grow with what is put", async () => {
        await commit(persistence, ["meta", "a", "1"]);
        const before = persistence.bytes;
        await persistence.commit(manyRows(2_000));
        assert.ok(persistence.bytes >= before + 2_000 * 100);
      });
    });

    describe("close", () => {
      it("waits for the commit under way and refuses what comes after", async () => {
        let settled = false;
        const committed = persistence.commit(manyRows(8_000)).then(() => {
          settled = true;
        });
        await persistence.close();
        assert.ok(settled);
        await committed;
        assert.throws(() => persistence.snapshot(), hasCode("CLOSED"));
        await assert.rejects(persistence.commit(new WriteBatch()), hasCode("CLOSED"));
      });

      it("ends open snapshots and iterations", async () => {
        await persistence.commit(manyRows(100));
        const snapshot = persistence.snapshot();
        const iterator = snapshot.range("entries", numberKey(0), numberKey(99))[Symbol.iterator]();
        iterator.next();
        await Promise.all([persistence.close(), persistence.close()]);
        assert.throws(() => snapshot.get("entries", numberKey(0)), hasCode("CLOSED"));
        assert.throws(() => iterator.next(), hasCode("CLOSED"));
        snapshot.release();
      });
    });

    const { reopen } = factory;
    if (reopen !== undefined)
      itSurvivesReopening(
        () => persistence,
        async () => {
          persistence = await reopen(persistence);
        },
      );
  });
}

function itSurvivesReopening(persistence: () => Persistence, reopen: () => Promise<void>): void {
  it("has every row again when it is opened again", async () => {
    await commit(persistence(), ["entries", "a", "1"], ["ids", "b", "2"]);
    await persistence().commit(manyRows(6_000));
    await commit(persistence(), ["ids", "b"]);
    const before = everything(persistence());
    await reopen();
    assert.deepEqual(everything(persistence()), before);
    await commit(persistence(), ["meta", "more", "x"]);
    assert.equal(read(persistence(), "meta", "more"), "x");
  });
}

type Change = [table: TableName, key: string, value?: string];

async function commit(persistence: Persistence, ...changes: Change[]): Promise<void> {
  const batch = new WriteBatch();
  for (const [table, key, value] of changes) {
    if (value === undefined) batch.delete(table, text(key));
    else batch.put(table, text(key), text(value));
  }
  await persistence.commit(batch);
}

/** Rows with keys from `numberKey` and values of 100 bytes that begin with the key. */
export function manyRows(count: number): WriteBatch {
  const batch = new WriteBatch();
  for (let index = 0; index < count; index++) {
    const key = numberKey(index);
    const at = batch.reserve("entries", key, 100);
    batch.buffer.set(key, at);
  }
  return batch;
}

export function numberKey(number: number): Uint8Array {
  const key = Buffer.alloc(8);
  key.writeUInt32BE(number, 4);
  return key;
}

function read(persistence: Persistence, table: TableName, key: string): string | undefined {
  const snapshot = persistence.snapshot();
  const value = snapshot.get(table, text(key));
  const found = value === undefined ? undefined : Buffer.from(value).toString();
  snapshot.release();
  return found;
}

function rows(persistence: Persistence, table: TableName): string[] {
  const snapshot = persistence.snapshot();
  const all = Array.from(
    snapshot.range(table, Buffer.of(0), Buffer.alloc(20, 255)),
    ({ key, value }) => `${Buffer.from(key)}=${Buffer.from(value)}`,
  );
  snapshot.release();
  return all;
}

function everything(persistence: Persistence): string[] {
  const snapshot = persistence.snapshot();
  const all = tableNames.flatMap((table) =>
    Array.from(snapshot.range(table, Buffer.of(), Buffer.alloc(20, 255)), ({ key, value }) =>
      [table, Buffer.from(key).toString("hex"), Buffer.from(value).toString("hex")].join(" "),
    ),
  );
  snapshot.release();
  return all.sort();
}

function text(string: string): Uint8Array {
  return new TextEncoder().encode(string);
}

function bytes(latin1: string): Uint8Array {
  return Buffer.from(latin1, "latin1");
}

function pattern(length: number): Uint8Array {
  const made = Buffer.alloc(length, "pattern of some length, ");
  if (length >= 4) made.writeUInt32LE(length, length - 4);
  return made;
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof AhnlichError && error.code === code;
}
