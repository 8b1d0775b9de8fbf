import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { AhnlichError } from "../../lib/model/errors.js";
import { MemoryPersistence } from "../../lib/persistence/memory.js";
import { type TableName, tableNames } from "../../lib/persistence/table.js";
import { WriteBatch } from "../../lib/persistence/write-batch.js";
import {
  putChanges,
  readChanges,
  readDeaths,
  summaryOfChanges,
} from "../../lib/rows/change-rows.js";
import { checksum } from "../../lib/rows/checksum.js";
import {
  decodeMetadata,
  deleteEntry,
  deleteId,
  encodeMetadata,
  putEntry,
  readEntry,
  readOrdinal,
  readVector,
} from "../../lib/rows/entry-rows.js";
import { putExpiry, readExpiries } from "../../lib/rows/expiry-rows.js";
import {
  afterIdKey,
  afterStoreKey,
  changeKey,
  idKey,
  idOfKey,
  ordinalKey,
  ordinalOfKey,
  storeKey,
} from "../../lib/rows/keys.js";
import {
  folderFormat,
  putOrigin,
  putState,
  readOrigin,
  readState,
} from "../../lib/rows/meta-rows.js";
import { bodyOf, putRow, rowFormat } from "../../lib/rows/row.js";
import {
  putCounters,
  putErasing,
  putStore,
  readErasing,
  readStores,
  type StoredStore,
} from "../../lib/rows/store-rows.js";

describe("rows on disk", () => {
  const history = Uint8Array.from({ length: 16 }, (_, i) => i);
  const counters = {
    ...{ entries: 3, nextOrdinal: 4, position: 5 },
    ...{ changes: 6, changesFrom: 7, changesSince: 8, expiring: 9 },
  };
  const store: StoredStore = {
    ...{ name: "a/b", incarnation: 1, dimension: 2, metric: "euclidean", created: 9, named: 9 },
    ttlMs: 772,
    vectors: "disk",
    indexes: [],
    counters,
  };
  const vector = new Float32Array([1, -2]);
  const entry = { vector, metadata: encodeMetadata({ n: 1 }), expiresAt: 0 };

  it("have the bytes that docs/format.md gives", () => {
    const written = (put: (batch: WriteBatch) => void) => bodiesOf(put);
    assert.deepEqual(
      written((batch) => putOrigin(batch, { createdAt: 0x0102030405, history })),
      [`meta ${text("format")} 00000003000102030405000102030405060708090a0b0c0d0e0f`],
    );
    assert.deepEqual(
      written((batch) => putState(batch, { sequence: 258, time: 772, nextIncarnation: 5 })),
      [`meta ${text("state")} 00000000010200000000030400000005`],
    );
    assert.deepEqual(
      written((batch) => putStore(batch, store)),
      [`stores ${text("a/b")} 00000001000000020100000000000900000000030400000000000901`],
    );
    assert.deepEqual(
      written((batch) => putCounters(batch, 1, counters)),
      [
        "counters 00000001 000000000003000000000004000000000005000000000006000000000007000000000008000000000009",
      ],
    );
    assert.deepEqual(
      written((batch) => putEntry(batch, idKey(1, "é"), 4, 258, entry)),
      [
        "entries 00000001000000000004 000000000102000002c3a981a16e01",
        "vectors 00000001000000000004 0000803f000000c0",
        "ids 00000001c3a9 000000000004",
      ],
    );
    assert.deepEqual(
      written((batch) =>
        putEntry(batch, idKey(1, "é"), 4, 258, { ...entry, expiresAt: 772 }),
      ).slice(0, 1),
      ["entries 00000001000000000004 000000000102010002000000000304c3a981a16e01"],
    );
    assert.deepEqual(
      written((batch) => putExpiry(batch, 1, { expiresAt: 772, ordinal: 4 })),
      ["expiries 00000001000000000304000000000004 "],
    );
    const at = { incarnation: 1, sequence: 258, part: 0, time: 772 };
    assert.deepEqual(
      written((batch) => [
        ...putChanges(batch, at, { kind: "set", ids: ["é", "x"], died: [undefined, 5] }),
      ]),
      ["changes 0000000100000000010200000000 0000000003040002000002c3a904000100000000000578"],
    );
    assert.deepEqual(
      written((batch) => putErasing(batch, 7, 258)),
      ["erasing 00000007 000000000102"],
    );
  });

  it("begin with the row format and the CRC-32 of table, format, key and body", () => {
    const batch = new WriteBatch();
    putErasing(batch, 7, 258);
    WriteBatch.forEach(batch.bytes, (table, key, value) => {
      const row = Buffer.from(value as Uint8Array);
      assert.equal(row[0], 1);
      const seed = tableNames.indexOf(table) * 256 + 1;
      assert.equal(row.readUInt32LE(1), crc32(row.subarray(5), crc32(Buffer.from(key), seed)));
    });
  });

  it("come back as they were written", async () => {
    const persistence = new MemoryPersistence();
    const batch = new WriteBatch();
    putOrigin(batch, { createdAt: 12, history });
    putState(batch, { sequence: 2 ** 48 - 1, time: 13, nextIncarnation: 2 ** 32 - 1 });
    putStore(batch, store);
    putCounters(batch, 1, counters);
    putEntry(batch, idKey(1, "é"), 4, 258, entry);
    putErasing(batch, 7, 258);
    for (const expiresAt of [3, 2 ** 48 - 1, 1]) putExpiry(batch, 1, { expiresAt, ordinal: 4 });
    putExpiry(batch, 2, { expiresAt: 2, ordinal: 1 });
    await persistence.commit(batch);
    const snapshot = persistence.snapshot();
    assert.deepEqual(readOrigin(snapshot), { format: folderFormat, createdAt: 12, history });
    const state = { sequence: 2 ** 48 - 1, time: 13, nextIncarnation: 2 ** 32 - 1 };
    assert.deepEqual(readState(snapshot), state);
    assert.deepEqual([...readStores(snapshot)], [store]);
    assert.deepEqual([...readErasing(snapshot)], [7]);
    const expiries = [1, 3, 2 ** 48 - 1].map((expiresAt) => ({ expiresAt, ordinal: 4 }));
    assert.deepEqual([...readExpiries(snapshot, 1)], expiries);
    assert.equal(readOrdinal(snapshot, idKey(1, "é")), 4);
    assert.equal(readOrdinal(snapshot, idKey(1, "e")), undefined);
    assert.deepEqual(readVector(snapshot, 1, 4), vector);
    const stored = readEntry(snapshot, 1, 4);
    assert.equal(stored?.id, "é");
    assert.equal(stored?.version, 258);
    assert.deepEqual(decodeMetadata(stored?.metadata as Uint8Array), { n: 1 });
    assert.equal(stored?.expiresAt, 0);
    const gone = new WriteBatch();
    deleteEntry(gone, 1, 4);
    deleteId(gone, 1, "é");
    await persistence.commit(gone);
    const later = persistence.snapshot();
    assert.equal(readOrdinal(later, idKey(1, "é")), undefined);
    assert.equal(readEntry(later, 1, 4), undefined);
    assert.equal(readVector(later, 1, 4), undefined);
  });

  it("log changes in parts of at most 256, each with its time", () => {
    const batch = new WriteBatch();
    const ids = Array.from({ length: 600 }, (_, i) => `id ${i}`);
    const at = { incarnation: 1, sequence: 2, part: 3, time: 77 };
    for (const _ of putChanges(batch, at, { kind: "set", ids }));
    const counts: number[] = [];
    WriteBatch.forEach(batch.bytes, (_, key, value) => {
      const { count, time } = summaryOfChanges(key, value as Uint8Array);
      assert.equal(time, 77);
      assert.deepEqual(key, changeKey(1, 2, 3 + counts.length));
      counts.push(count);
    });
    assert.deepEqual(counts, [256, 256, 88]);
  });

  it("tell which vectors died by the changes from a sequence on", async () => {
    const persistence = new MemoryPersistence();
    const batch = new WriteBatch();
    const ids = Array.from({ length: 300 }, (_, i) => `id ${i}`);
    const died = ids.map((_, i) => (i % 3 === 0 ? undefined : i * 7));
    for (const [sequence, kind] of [
      [2, "delete"],
      [3, "set"],
      [4, "expire"],
    ] as const) {
      const at = { incarnation: 1, sequence, part: 0, time: 77 };
      for (const _ of putChanges(batch, at, { kind, ids, died }));
    }
    await persistence.commit(batch);
    const snapshot = persistence.snapshot();
    const expected = died.filter((ordinal) => ordinal !== undefined);
    assert.deepEqual([...readDeaths(snapshot, 1, 3)].flat(), [...expected, ...expected]);
    assert.deepEqual([...readDeaths(snapshot, 2, 0)], []);
    const read = [...readChanges(snapshot, 1, 4, 0)];
    assert.deepEqual(
      read.map(({ id }) => id),
      ids,
    );
    assert.ok(read.every(({ kind, isLast }, i) => kind === "expire" && isLast === (i === 299)));
    snapshot.release();
  });

  it("are refused as CORRUPT when any bit of key or value is flipped", () => {
    const batch = new WriteBatch();
    putEntry(batch, idKey(1, "é"), 4, 258, entry);
    WriteBatch.forEach(batch.bytes, (table, key, value) => {
      const row = value as Uint8Array;
      for (let bit = 0; bit < (key.length + row.length) * 8; bit++) {
        const flippedKey = Uint8Array.from(key);
        const flipped = Uint8Array.from(row);
        const bytes = bit < key.length * 8 ? flippedKey : flipped;
        const at = bit < key.length * 8 ? bit : bit - key.length * 8;
        (bytes[at >> 3] as number) ^= 1 << (at & 7);
        assert.throws(() => bodyOf(table, flippedKey, flipped), { code: "CORRUPT" });
      }
      assert.throws(() => bodyOf(table, key, row.subarray(0, 3)), { code: "CORRUPT" });
    });
  });

  it("of another table are refused, whatever their bytes", () => {
    const batch = new WriteBatch();
    putErasing(batch, 7, 258);
    WriteBatch.forEach(batch.bytes, (_, key, value) => {
      for (const table of tableNames) {
        const read = () => bodyOf(table, key, value as Uint8Array);
        if (table === "erasing") assert.equal(read().length, 6);
        else assert.throws(read, { code: "CORRUPT" });
      }
    });
  });

  it("of a later format are FORMAT_TOO_NEW, rows and folder alike", async () => {
    const body = Buffer.from("later");
    const key = Buffer.from("k");
    const sum = crc32(body, crc32(key, tableNames.indexOf("meta") * 256 + rowFormat + 1));
    const row = Buffer.concat([Buffer.from([rowFormat + 1, 0, 0, 0, 0]), body]);
    row.writeUInt32LE(sum, 1);
    assert.throws(() => bodyOf("meta", key, row), { code: "FORMAT_TOO_NEW" });
    const persistence = new MemoryPersistence();
    const batch = new WriteBatch();
    putRow(batch, "meta", Buffer.from("format"), 26, (bytes, at) => {
      bytes.writeUInt32BE(folderFormat + 1, at);
    });
    await persistence.commit(batch);
    assert.throws(
      () => readOrigin(persistence.snapshot()),
      (error) => error instanceof AhnlichError && error.code === "FORMAT_TOO_NEW",
    );
  });
});

describe("keys", () => {
  const incarnation = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  const ordinal = fc.integer({ min: 0, max: 2 ** 48 - 1 });

  it("sort by incarnation, then by ordinal", () => {
    const place = fc.tuple(incarnation, ordinal);
    fc.assert(
      fc.property(place, place, (a, b) => {
        const expected = Math.sign(a[0] - b[0]) || Math.sign(a[1] - b[1]);
        assert.equal(Buffer.compare(ordinalKey(...a), ordinalKey(...b)), expected);
        assert.equal(ordinalOfKey(ordinalKey(...a)), a[1]);
      }),
    );
  });

  it("of ids sort by their bytes within the bounds of their store", () => {
    const id = fc.string({ unit: "binary", minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(incarnation, id, id, (store, a, b) => {
        const expected = Buffer.compare(Buffer.from(a), Buffer.from(b));
        assert.equal(Buffer.compare(idKey(store, a), idKey(store, b)), expected);
        assert.equal(idOfKey(idKey(store, a)), a);
        assert.ok(Buffer.compare(storeKey(store), idKey(store, a)) < 0);
        assert.ok(Buffer.compare(idKey(store, a), afterStoreKey(store)) < 0);
        const after = Buffer.compare(afterIdKey(store, a), idKey(store, b));
        assert.equal(after <= 0, expected < 0);
      }),
    );
  });
});

describe("checksum", () => {
  it("is zlib's CRC-32 for short and long runs, from any seed", () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(bytes, fc.integer({ min: 0, max: 2 ** 32 - 1 }), (run, seed) => {
        assert.equal(checksum(run, seed), crc32(run, seed));
      }),
    );
  });
});

/** Table, key and body of each row that is put. */
function bodiesOf(put: (batch: WriteBatch) => void): string[] {
  const batch = new WriteBatch();
  put(batch);
  const rows: string[] = [];
  WriteBatch.forEach(batch.bytes, (table: TableName, key, value) => {
    const body = bodyOf(table, key, value as Uint8Array);
    rows.push(`${table} ${Buffer.from(key).toString("hex")} ${body.toString("hex")}`);
  });
  return rows;
}

function text(name: string): string {
  return Buffer.from(name).toString("hex");
}
