import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import type { ImportOptions } from "../../lib/transfer.js";
import { importStore } from "../../lib/transfer.js";
import { duringImports } from "../support/importing.js";
import { rejects } from "../support/rejects.js";

/**
 * Databases that SQLite 3.51 wrote with sqlite-vec 0.1.9, and beside them what SQLite itself read from them.
 * The pages are small, so that trees are deep and blobs go on elsewhere; rows were deleted.
 */
const written = "spec/fixtures/sqlite-vec";

describe("a SQLite database", function () {
  this.timeout(120_000);
  const imports = duringImports();
  const { folder } = imports;

  const imported = async (path: string, options: ImportOptions = {}) => {
    const store = imports.engine.store(imports.newName());
    const report = await importStore(imports.engine, store.name, path, options);
    const { entries } = await store.find({ limit: 1_000 });
    return { store, report, entries };
  };

  it("gives the rows of its vec0 table, with all kinds of columns", async () => {
    const expected = truthOf("vec0.json");
    const { store, report, entries } = await imported(`${written}/vec0.db`);
    assert.equal(report.inserted, expected.length);
    const { dimension, metric } = await store.info();
    assert.deepEqual([dimension, metric], [3, "cosine"]);
    for (const { title, plot, seen, cover, ...fields } of expected) {
      const entry = entries.find(({ id }) => id === title);
      const bytes = cover === null ? null : bytesOf(cover);
      assert.deepEqual(entry?.metadata, { ...fields, seen: seen === 1, cover: bytes });
      assert.equal(hexOf(entry.vector), plot);
    }
  });

  it("is read from its write-ahead log as well, without what was not committed", async () => {
    const expected = truthOf("several.json");
    const options = { table: "Plain Rows", vectorField: "the vector" };
    const { entries } = await imported(`${written}/several.db`, options);
    assert.equal(entries.length, expected.length);
    for (const { id, raw, "the vector": vector, ...fields } of expected) {
      const entry = entries.find((each) => each.id === String(id));
      const bytes = raw === null ? null : bytesOf(raw);
      assert.deepEqual(entry?.metadata, { ...fields, raw: bytes });
      assert.equal(hexOf(entry.vector), vector);
    }
    const keyed = await imported(`${written}/several.db`, { table: "keyed", idField: "name" });
    assert.deepEqual(
      keyed.entries.map(({ id, vector, metadata }) => ({ id, vector: [...vector], ...metadata })),
      [
        { id: "a", vector: [1, 2.5], x: 1.5 },
        { id: "b", vector: [3, 4], x: 1.5 },
        { id: "c", vector: [5, 6], x: 7.5, later: 8 },
      ],
    );
  });

  it("without its write-ahead log is what it was before", async () => {
    copyFileSync(`${written}/several.db`, folder.at("alone.db"));
    const options = { table: "plain rows", vectorField: "the vector" };
    await rejects(
      importStore(imports.engine, "alone", folder.at("alone.db"), options),
      "STORE_NOT_FOUND",
    );
  });

  it("with a log that is cut off ends at the last whole transaction", async () => {
    copyFileSync(`${written}/several.db`, folder.at("cut.db"));
    const log = readFileSync(`${written}/several.db-wal`);
    const counts = new Set<number>();
    for (let end = 0; end <= log.length; end += 9 * 1_048) {
      writeFileSync(folder.at("cut.db-wal"), log.subarray(0, end));
      const options = { table: "points", vectorField: "b" };
      const importing = imported(folder.at("cut.db"), options);
      counts.add((await importing).entries.length);
    }
    assert.deepEqual([...counts], [0, 3]);
  });

  it("may have text in UTF-16", async () => {
    const { entries } = await imported(`${written}/utf16.db`, { table: "t" });
    assert.deepEqual(entries[0].metadata, { word: "grün 🌲" });
    assert.equal(entries[0].id, "1");
  });

  it("gives the vector column that is asked for", async () => {
    const options = { table: "points", vectorField: "b" };
    const { store, entries } = await imported(`${written}/several.db`, options);
    assert.deepEqual(
      entries.map(({ id, vector, metadata }) => [id, [...vector], metadata]),
      ["1", "11", "21"].map((id, i) => [id, [i, 2, 3], {}]),
    );
    assert.equal((await store.info()).metric, "euclidean");
    const manhattan = { table: "points", vectorField: "a", metric: "dot" } as const;
    assert.equal((await imported(`${written}/several.db`, manhattan)).entries.length, 3);
  });

  it("goes on at a row", async () => {
    const { report } = await imported(`${written}/vec0.db`, { from: 51 });
    assert.equal(report.entries, truthOf("vec0.json").length - 50);
    const plain = { table: "plain rows", vectorField: "the vector", from: 100 };
    assert.equal((await imported(`${written}/several.db`, plain)).report.entries, 21);
  });

  it("refuses what it cannot give, and says what there is", async () => {
    const path = `${written}/several.db`;
    const calls: readonly (readonly [ImportOptions, RegExp])[] = [
      [{}, /expected `table`, the name of one; the tables are: points, bits, small/],
      [{ table: "none" }, /there is no none; the tables are: points/],
      [{ table: "points" }, /expected `vectorField`, one of a, b/],
      [{ table: "points", vectorField: "a" }, /its distance is none of ours; set `metric`/],
      [{ table: "bits" }, /b: expected float vectors, got bit/],
      [{ table: "small" }, /b: expected float vectors, got int8/],
      [{ table: "strict" }, /expected a table with rowids/],
      [{ table: "plain rows" }, /line 1: expected the field "vector", got id, the vector, note/],
      [{ table: "plain rows", vectorField: "note" }, /line 1: vector: expected/],
      [{ table: "keyed", idField: "nobody" }, /line 1: expected the field "nobody"/],
      [{ table: "" }, /table: expected a name/],
    ];
    for (const [options, sentence] of calls) {
      const importing = importStore(imports.engine, "refused", path, options);
      assert.match(
        (await rejects(importing, ["INVALID_ARGUMENT", "UNSUPPORTED"])).message,
        sentence,
      );
    }
    await rejects(imports.engine.store("refused").info(), "STORE_NOT_FOUND");
    await rejects(
      importStore(imports.engine, "refused", path, { table: "empty" }),
      "STORE_NOT_FOUND",
    );
  });

  it("that is none, or is being written to, is refused", async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from("SQLite format 3"), Buffer.alloc(4_096, 1)]) {
      writeFileSync(folder.at("no.db"), bytes);
      const error = await rejects(
        importStore(imports.engine, "x", folder.at("no.db")),
        "INVALID_ARGUMENT",
      );
      assert.match(error.message, /expected a SQLite 3 database/);
    }
    copyFileSync(`${written}/vec0.db`, folder.at("hot.db"));
    writeFileSync(folder.at("hot.db-journal"), Buffer.from("d9d505f920a163d7", "hex"));
    const error = await rejects(
      importStore(imports.engine, "x", folder.at("hot.db")),
      "INVALID_ARGUMENT",
    );
    assert.match(error.message, /being written to, or was left so/);
  });
});

type Row = Readonly<Record<string, unknown>>;

function truthOf(name: string): readonly Row[] {
  return JSON.parse(readFileSync(`${written}/${name}`, "utf8"));
}

function bytesOf(value: unknown): Uint8Array {
  return new Uint8Array(Buffer.from((value as { hex: string }).hex, "hex"));
}

function hexOf(vector: Float32Array): string {
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  return bytes.toString("hex").toUpperCase();
}
