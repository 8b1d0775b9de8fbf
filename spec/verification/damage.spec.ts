import assert from "node:assert/strict";
import { open } from "../../lib/index.js";
import type { Snapshot } from "../../lib/persistence/persistence.js";
import type { TableName } from "../../lib/persistence/table.js";
import { WriteBatch } from "../../lib/persistence/write-batch.js";
import { Clock, Persistence, provide } from "../../lib/ports.js";
import { putEntry, readEntry, readOrdinal } from "../../lib/rows/entry-rows.js";
import { putExpiry } from "../../lib/rows/expiry-rows.js";
import { changeKey, expiryKey, idKey, nameKey, ordinalKey, storeKey } from "../../lib/rows/keys.js";
import { readState } from "../../lib/rows/meta-rows.js";
import { putRow } from "../../lib/rows/row.js";
import { putCounters, putStore, readStores, type StoredStore } from "../../lib/rows/store-rows.js";
import { Problems } from "../../lib/verification/problems.js";
import { verifyRows } from "../../lib/verification/verify-rows.js";
import { LastingPersistence } from "../faults/lasting-persistence.js";

interface Damage {
  readonly done: string;
  readonly told: readonly RegExp[];
  damage(at: Place): void;
}

/** What a damage works with: the store "films" holds "a" to "e" under the ordinals 1 to 5. */
interface Place {
  readonly batch: WriteBatch;
  readonly snapshot: Snapshot;
  readonly store: StoredStore;
}

const damages: readonly Damage[] = [
  {
    done: "a byte of metadata is another",
    told: [/^table entries, row 00000001000000000002: the checksum does not match$/],
    damage: (at) => flip(at, "entries", ordinalKey(1, 2), 20),
  },
  {
    done: "a byte of a vector is another",
    told: [/^table vectors, row 00000001000000000003: the checksum does not match$/],
    damage: (at) => flip(at, "vectors", ordinalKey(1, 3), 9),
  },
  {
    done: "a row has another's key",
    told: [/^table vectors, row 00000001000000000001: the checksum/],
    damage: ({ batch, snapshot }) => {
      const row = snapshot.get("vectors", ordinalKey(1, 2));
      batch.put("vectors", ordinalKey(1, 1), row ?? assert.fail());
    },
  },
  {
    done: "a vector is lost",
    told: [/entry "b" of ordinal 2: it has no row in table vectors/, /4 vectors are there/],
    damage: ({ batch }) => batch.delete("vectors", ordinalKey(1, 2)),
  },
  {
    done: "an id is lost",
    told: [/entry "c" of ordinal 3: its id has no row in table ids/, /4 ids are there/],
    damage: ({ batch }) => batch.delete("ids", idKey(1, "c")),
  },
  {
    done: "an entry is lost",
    told: [
      /^store films, vector of ordinal 4: it belongs to no entry$/,
      /^store films, id "d": it leads to ordinal 4, where there is no entry$/,
      /4 entries are there, and its counters say 5/,
    ],
    damage: ({ batch }) => batch.delete("entries", ordinalKey(1, 4)),
  },
  {
    done: "an id leads to another entry",
    told: [/entry "a" of ordinal 1: in table ids its id leads to ordinal 2/, /the entry "b"$/],
    damage: ({ batch }) =>
      putRow(batch, "ids", idKey(1, "a"), 6, (bytes, start) => bytes.writeUIntBE(2, start, 6)),
  },
  {
    done: "an entry is there twice",
    told: [/6 entries are there, and its counters say 5/, /ordinal 5|ordinal 9/],
    damage: ({ batch, snapshot }) => copyEntry(batch, snapshot, 5, 9),
  },
  {
    done: "a vector has another dimension",
    told: [/vector of ordinal 1: it has 4 bytes, and the dimension is 3/],
    damage: ({ batch }) => putRow(batch, "vectors", ordinalKey(1, 1), 4, () => {}),
  },
  {
    done: "a vector has no number",
    told: [/vector of ordinal 1: a number of it is not finite/],
    damage: ({ batch }) =>
      putRow(batch, "vectors", ordinalKey(1, 1), 12, (bytes, at) => bytes.writeFloatLE(NaN, at)),
  },
  {
    done: "metadata is none",
    told: [/entry "e" of ordinal 5, metadata: /],
    damage: ({ batch }) =>
      putEntry(batch, idKey(1, "e"), 5, 2, {
        vector: new Float32Array(3),
        metadata: Uint8Array.of(0xc1),
        expiresAt: 0,
      }),
  },
  {
    done: "an entry is of the future",
    told: [/entry "e" of ordinal 5: its version 999 is none of 1 to /],
    damage: ({ batch }) =>
      putEntry(batch, idKey(1, "e"), 5, 999, {
        vector: new Float32Array(3),
        metadata: Uint8Array.of(0x80),
        expiresAt: 0,
      }),
  },
  {
    done: "the counters count wrongly",
    told: [/5 entries are there, and its counters say 6/, /5 ids are there/],
    damage: ({ batch, store }) => putCounters(batch, 1, { ...store.counters, entries: 6 }),
  },
  {
    done: "an ordinal would be given again",
    told: [/ordinal 5 is taken, and its counters say that 3 is the next/],
    damage: ({ batch, store }) => putCounters(batch, 1, { ...store.counters, nextOrdinal: 3 }),
  },
  {
    done: "the counters are lost",
    told: [
      /^table stores, row .*the counters of store incarnation 1 are lost/,
      /no store that can/,
    ],
    damage: ({ batch }) => batch.delete("counters", storeKey(1)),
  },
  {
    done: "a byte of a store is another",
    told: [/^table stores, row 66696c6d73: the checksum/, /^table entries.*no store that can be/],
    damage: (at) => flip(at, "stores", nameKey("films"), 12),
  },
  {
    done: "two stores share an incarnation",
    told: [/^store twin: another has its incarnation, 1$/],
    damage: ({ batch, store }) => putStore(batch, { ...store, name: "twin" }),
  },
  {
    done: "a store's incarnation was never given",
    told: [/^store later: its incarnation is 77, and the next to be given is/],
    damage: ({ batch, store }) => {
      putStore(batch, { ...store, name: "later", incarnation: 77 });
      putCounters(batch, 77, { ...store.counters, entries: 0, changes: 0, nextOrdinal: 1 });
    },
  },
  {
    done: "a part of the log is lost",
    told: [/^store films: 0 changes are there, and its counters say 5$/],
    damage: ({ batch, store }) => batch.delete("changes", changeKey(1, store.counters.position, 0)),
  },
  {
    done: "a byte of the log is another",
    told: [/^table changes, row .*: the checksum does not match$/],
    damage: (at) => flip(at, "changes", changeKey(1, at.store.counters.position, 0), 12),
  },
  {
    done: "a change is of the future",
    told: [/^store films, changes of sequence 999: its counters say that the log is from/],
    damage: ({ batch }) => putRow(batch, "changes", changeKey(1, 999, 0), 8, () => {}),
  },
  {
    done: "rows of a store are left over",
    told: [/^table vectors, row 0000004d000000000001: it belongs to no store that can be read$/],
    damage: ({ batch }) => putRow(batch, "vectors", ordinalKey(77, 1), 12, () => {}),
  },
  {
    done: "when an entry expires is lost",
    told: [
      /entry "x" of ordinal 1: it expires at 2800000000000 and has no row in table expiries/,
      /^store sessions: 0 expiries are there, and its counters say 1$/,
    ],
    damage: ({ batch }) => batch.delete("expiries", expiryKey(2, 2_800_000_000_000, 1)),
  },
  {
    done: "something expires that is not there",
    told: [/^store sessions: 2 expiries are there, and its counters say 1$/],
    damage: ({ batch }) => putExpiry(batch, 2, { expiresAt: 5, ordinal: 9 }),
  },
  {
    done: "how far the engine has come is lost",
    told: [/^table meta, row "state": it is missing$/],
    damage: ({ batch }) => batch.delete("meta", nameKey("state")),
  },
  {
    done: "a byte of the folder's format is another",
    told: [/^table meta, row .*: the checksum does not match$/],
    damage: (at) => flip(at, "meta", nameKey("format"), 7),
  },
];

describe("rows that were damaged", () => {
  for (const { done, told, damage } of damages) {
    it(`are told of where ${done}`, async () => {
      const { persistence, store } = await written(5, ["x"]);
      const snapshot = persistence.snapshot();
      const batch = new WriteBatch();
      damage({ batch, snapshot, store });
      snapshot.release();
      await persistence.commit(batch);
      const problems = verified(persistence);
      for (const sentence of told) {
        assert.ok(
          problems.some((problem) => sentence.test(problem)),
          `expected ${sentence} among:\n${problems.join("\n")}`,
        );
      }
    });
  }

  it("are no problem where they are whole", async () => {
    const { persistence } = await written(5, ["x", "y"]);
    assert.deepEqual(verified(persistence), []);
  });

  it("are told of a hundred at most, and how many there are beyond", async () => {
    const { persistence } = await written(150);
    const batch = new WriteBatch();
    for (let i = 1; i <= 150; i++) batch.put("vectors", ordinalKey(1, i), Uint8Array.of(1, 2));
    await persistence.commit(batch);
    const problems = verified(persistence);
    assert.equal(problems.length, 101);
    assert.equal(problems[100], "and 50 more, which are left out");
  });

  it("are told of by an engine that is open", async () => {
    const { persistence } = await written();
    await using engine = await reopened(persistence);
    const batch = new WriteBatch();
    batch.delete("vectors", ordinalKey(1, 2));
    await persistence.commit(batch);
    await engine.store("films").set({ id: "f", vector: [1, 1, 1] });
    const { entries, problems } = await engine.verify();
    assert.equal(entries, 6);
    assert.match(problems.join("\n"), /entry "b" of ordinal 2: it has no row in table vectors/);
  });

  it("are told of where memory holds what they do not", async () => {
    const { persistence } = await written();
    await using engine = await reopened(persistence);
    const films = engine.store("films");
    await films.search([1, 2, 3]);
    const batch = new WriteBatch();
    putRow(batch, "vectors", ordinalKey(1, 2), 12, () => {});
    await persistence.commit(batch);
    await films.set({ id: "f", vector: [1, 1, 1] });
    const { problems } = await engine.verify();
    assert.deepEqual(problems, ["store films, vector of ordinal 2: in memory it is another"]);
  });
});

describe("a verification", () => {
  it("tells how many entries it has looked at", async () => {
    const { persistence } = await written(2_500);
    await using engine = await reopened(persistence);
    const told: number[] = [];
    await engine.verify({ onProgress: (entries) => told.push(entries) });
    assert.deepEqual(told, [1_000, 2_000, 2_500]);
  });

  it("ends when it is given up", async () => {
    const { persistence } = await written(5_000);
    await using engine = await reopened(persistence);
    const controller = new AbortController();
    const verification = engine.verify({
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await assert.rejects(verification, { code: "ABORTED" });
  });

  it("is CLOSED behind the engine's end, and refuses options that are none", async () => {
    const engine = await open({ threads: 0 });
    await assert.rejects(engine.verify({ onProgress: 1 } as never), { code: "INVALID_ARGUMENT" });
    await assert.rejects(engine.verify({ deep: true } as never), { code: "INVALID_ARGUMENT" });
    await engine.close();
    await assert.rejects(engine.verify(), { code: "CLOSED" });
  });
});

function reopened(persistence: LastingPersistence) {
  return open({ threads: 0, provide: [provide(Persistence, persistence)] });
}

/** A store of entries "a" and so on, and one of entries that expire, on memory that outlives the engine. */
async function written(count = 5, expiring: readonly string[] = []) {
  const persistence = new LastingPersistence();
  const clock = provide(Clock, { now: () => 1_800_000_000_000 });
  const ports = [provide(Persistence, persistence), clock];
  await using engine = await open({ threads: 0, provide: ports });
  const films = await engine.createStore("films", { dimension: 3 });
  const ids = Array.from({ length: count }, (_, i) =>
    i < 26 ? "abcdefghijklmnopqrstuvwxyz"[i] : `${i}`,
  );
  await films.load(
    ids.map((id, i) => ({ id, vector: [i, 1, 2], metadata: { title: `film ${id}` } })),
  );
  const sessions = await engine.createStore("sessions", { dimension: 1, ttlMs: 1_000_000_000_000 });
  await sessions.set(expiring.map((id) => ({ id, vector: [1] })));
  const snapshot = persistence.snapshot();
  const [store = assert.fail()] = readStores(snapshot);
  assert.ok(readState(snapshot) !== undefined);
  snapshot.release();
  return { persistence, store };
}

function verified(persistence: LastingPersistence): string[] {
  const problems = new Problems();
  const snapshot = persistence.snapshot();
  for (const _ of verifyRows(snapshot, problems));
  snapshot.release();
  return problems.sentences;
}

function flip({ batch, snapshot }: Place, table: TableName, key: Uint8Array, at: number): void {
  const row = Uint8Array.from(snapshot.get(table, key) ?? assert.fail("there is no such row"));
  assert.ok(at < row.length);
  row[at] = (row[at] ?? 0) ^ 0x10;
  batch.put(table, key, row);
}

/** The same entry under another ordinal. */
function copyEntry(batch: WriteBatch, snapshot: Snapshot, from: number, to: number): void {
  const { id, metadata: stored, expiresAt } = readEntry(snapshot, 1, from) ?? assert.fail();
  const metadata = Uint8Array.from(stored);
  const key = idKey(1, id);
  assert.equal(readOrdinal(snapshot, key), from);
  putEntry(batch, key, to, 2, { vector: new Float32Array(3), metadata, expiresAt });
}
