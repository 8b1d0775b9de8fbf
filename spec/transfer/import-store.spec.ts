import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import type { Engine } from "../../lib/handles/engine.js";
import { defaultLimits } from "../../lib/model/limits.js";
import { exportStore, importStore } from "../../lib/transfer.js";
import { duringSuite, withEngine } from "../support/reach.js";
import { rejects } from "../support/rejects.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { reaches } from "./reaches.js";

const head = `{"$store":{"dimension":2,"metric":"euclidean"}}`;

for (const reach of reaches) {
  describe(`importStore, ${reach.name}`, function () {
    this.timeout(120_000);
    const suite = duringSuite(reach);
    const folder = new TemporaryFolder();
    let files = 0;
    after(() => folder.remove());

    const fileOf = (...lines: readonly (string | Uint8Array)[]): string => {
      const path = folder.at(`${++files}.jsonl`);
      writeFileSync(path, Buffer.concat(lines.flatMap((line) => [Buffer.from(line), newline])));
      return path;
    };
    const numbered = (count: number): string[] =>
      Array.from({ length: count }, (_, i) => `{"id":"e${i}","vector":[${i},1]}`);

    it("makes the store that the first line tells of", async () => {
      const name = suite.newName();
      const report = await importStore(suite.engine, name, fileOf(head, ...numbered(3)));
      assert.deepEqual(report, { entries: 3, inserted: 3, updated: 0, expired: 0 });
      const { dimension, metric, entries } = await suite.engine.store(name).info();
      assert.deepEqual([dimension, metric, entries], [2, "euclidean", 3]);
    });

    it("makes it empty where nothing else stands in the file", async () => {
      const name = suite.newName();
      await importStore(suite.engine, name, fileOf(head));
      assert.equal(await suite.engine.store(name).count(), 0);
    });

    it("takes dimension from the first entry and the metric from its option", async () => {
      const name = suite.newName();
      await importStore(suite.engine, name, fileOf(...numbered(1)), { metric: "dot" });
      const { dimension, metric } = await suite.engine.store(name).info();
      assert.deepEqual([dimension, metric], [2, "dot"]);
    });

    it("reads lines that were written by hand", async () => {
      const store = await suite.newStore({ dimension: 2 });
      const path = fileOf(
        `\ufeff{ "vector": [1, 2e0], "id": "a", "metadata": {"when": {"$date": "2024-02-29"}} }\r`,
        "",
        "  ",
        `{"vector":[3,4],"metadata":{"raw":{"$bytes":"AAEC"},"n":{"list":[{"$date":"1970-01-01T00:00:01Z"}]}}}`,
      );
      assert.equal((await importStore(suite.engine, store.name, path)).entries, 2);
      const { entries } = await store.find();
      assert.deepEqual(
        entries.map(({ metadata }) => metadata),
        [
          { raw: new Uint8Array([0, 1, 2]), n: { list: [new Date(1_000)] } },
          { when: new Date("2024-02-29T00:00:00Z") },
        ].sort((a) => (entries[0].id === "a" ? ("when" in a ? -1 : 1) : "when" in a ? 1 : -1)),
      );
    });

    it("replaces what is there, and of one id twice the later line stays", async () => {
      const store = await suite.newStore({ dimension: 1 });
      await store.set({ id: "a", vector: [0], metadata: { old: true } });
      const twice = Array.from(
        { length: 2_500 },
        (_, i) => `{"id":"${i % 2 ? "a" : i}","vector":[${i}]}`,
      );
      const report = await importStore(suite.engine, store.name, fileOf(...twice));
      assert.equal(report.entries, 2_500);
      const entry = await store.get("a");
      assert.deepEqual([entry?.vector[0], entry?.metadata], [2_499, {}]);
    });

    it("gives entries the time that is left to them, and leaves out those whose time is over", async () => {
      const day = 86_400_000;
      const from = await suite.newStore({ dimension: 1, ttlMs: 2 * day });
      await from.set([
        { id: "day", vector: [1], ttlMs: day },
        { id: "as the store", vector: [2] },
        { id: "never", vector: [3], ttlMs: null },
      ]);
      const path = folder.at(`${++files}.jsonl`);
      await exportStore(suite.engine, from.name, path);
      appendFileSync(path, `{"id":"gone","vector":[4],"expiresAt":1000}\n`);
      const to = suite.newName();
      const report = await importStore(suite.engine, to, path);
      assert.deepEqual([report.entries, report.expired], [3, 1]);
      assert.equal((await suite.engine.store(to).info()).ttlMs, 2 * day);
      for (const { id, expiresAt } of (await from.find()).entries) {
        const copy = await suite.engine.store(to).get(id);
        assert.equal(copy?.expiresAt === undefined, expiresAt === undefined);
        assert.ok(Math.abs((copy?.expiresAt ?? 0) - (expiresAt ?? 0)) < 60_000);
      }
    });

    it("makes the store with the indexes that it had, and its vectors where they were", async () => {
      const indexes = ["year", "genre"];
      const from = await suite.newStore({ dimension: 1, vectors: "disk", indexes });
      await from.set({ id: "a", vector: [1], metadata: { year: 1979, genre: "sf" } });
      for (const name of [`${++files}.jsonl`, `${++files}.npy`]) {
        const path = folder.at(name);
        await exportStore(suite.engine, from.name, path);
        const to = suite.newName();
        await importStore(suite.engine, to, path);
        const { vectors, indexes: made } = await suite.engine.store(to).info();
        assert.equal(vectors, "disk");
        assert.deepEqual(made.map(({ field }) => field).toSorted(), indexes.toSorted());
        assert.equal(await suite.engine.store(to).count({ where: { year: 1979 } }), 1);
      }
    });

    it("leaves it to the store when entries expire that a file without a first line does not tell", async () => {
      const store = await suite.newStore({ dimension: 2, ttlMs: 86_400_000 });
      await importStore(suite.engine, store.name, fileOf(...numbered(1)));
      assert.notEqual((await store.get("e0"))?.expiresAt, undefined);
    });

    it("reads a stream, however it is cut", async () => {
      const text = Buffer.from(
        [head, `{"id":"ü","vector":[1,2]}`, `{"id":"b","vector":[3,4]}`].join("\n"),
      );
      async function* bytewise() {
        for (const byte of text) yield new Uint8Array([byte]);
      }
      const name = suite.newName();
      assert.equal((await importStore(suite.engine, name, bytewise())).inserted, 2);
      assert.deepEqual(await idsOf(suite.engine, name), ["b", "ü"]);
    });

    it("says how far it has come", async () => {
      const seen: number[] = [];
      const path = fileOf(head, ...numbered(2_500));
      let end = 0;
      await importStore(suite.engine, suite.newName(), path, {
        onProgress: ({ entries, bytes, totalBytes }) => {
          seen.push(entries);
          assert.ok(bytes <= (totalBytes ?? 0));
          end = (totalBytes ?? 0) - bytes;
        },
      });
      assert.deepEqual(seen.slice(-1), [2_500]);
      assert.equal(seen.length, 3);
      assert.equal(end, 0);
    });

    it("refuses a store of another dimension, and changes nothing", async () => {
      const store = await suite.newStore({ dimension: 3 });
      const path = fileOf(head, ...numbered(2));
      const error = await rejects(
        importStore(suite.engine, store.name, path),
        "DIMENSION_MISMATCH",
      );
      assert.deepEqual([error.details.expected, error.details.got], [3, 2]);
      assert.equal(await store.count(), 0);
    });

    it("goes on where a failure says, once the line is mended", async () => {
      const lines = [head, ...numbered(3_000)];
      const name = suite.newName();
      const broken = fileOf(...lines.with(2_345, "{"));
      const { details } = await rejects(
        importStore(suite.engine, name, broken),
        "INVALID_ARGUMENT",
      );
      assert.equal(details.line, 2_346);
      assert.equal(await suite.engine.store(name).count(), 2_344);
      const from = Number(details.line);
      const report = await importStore(suite.engine, name, fileOf(...lines), { from });
      assert.deepEqual(report, { entries: 656, inserted: 656, updated: 0, expired: 0 });
    });

    it("gives the same store when it is begun again from the beginning", async () => {
      const lines = [head, ...numbered(1_500)];
      const name = suite.newName();
      const broken = fileOf(...lines.with(1_200, "no"));
      await rejects(importStore(suite.engine, name, broken), "INVALID_ARGUMENT");
      await importStore(suite.engine, name, fileOf(...lines));
      assert.equal(await suite.engine.store(name).count(), 1_500);
    });

    it("stops when it is aborted, and says where", async () => {
      const aborter = new AbortController();
      const name = suite.newName();
      const importing = importStore(suite.engine, name, fileOf(head, ...numbered(9_000)), {
        signal: aborter.signal,
        onProgress: () => aborter.abort(),
      });
      const error = await rejects(importing, "OUTCOME_UNKNOWN");
      const line = Number(error.details.line);
      assert.ok(line > 1_000 && line <= 9_001, `line ${line}`);
      const ids = new Set(await idsOf(suite.engine, name));
      for (let i = 0; i < line - 2; i++) assert.ok(ids.has(`e${i}`), `e${i}`);
    });

    it("gives up a stream that hangs", async () => {
      const store = await suite.newStore({ dimension: 1 });
      const error = await rejects(
        importStore(suite.engine, store.name, hanging(), { timeoutMs: 20 }),
        "TIMEOUT",
      );
      assert.equal(error.name, "TimeoutError");
    });

    it("refuses what is no file, no stream and no option", async () => {
      const { engine } = suite;
      const path = fileOf(head);
      mkdirSync(folder.at("folder.jsonl"), { recursive: true });
      const calls: readonly (readonly [Promise<unknown>, RegExp])[] = [
        [importStore(engine, "x", folder.at("none.jsonl")), /there is no such file/],
        [importStore(engine, "x", folder.at("folder.jsonl")), /expected a file, got a folder/],
        [importStore(engine, "x", folder.at("films.csv")), /the name does not say the format/],
        [importStore(engine, "x", 7 as never), /from: expected the path of a file/],
        [
          importStore(engine, "x", hanging(), { format: "npy" }),
          /expected jsonl or lancedb for a stream/,
        ],
        [importStore(engine, "x", numbers() as never), /expected bytes or text, got 1/],
        [importStore(engine, "a/b/c", path), /"name" or "namespace\/name"/],
        [importStore(engine, "x", path, { from: 0 }), /from: expected the number of a line/],
        [importStore(engine, "x", path, { format: "csv" as never }), /format: expected one of/],
        [importStore(engine, "x", path, { metric: "l1" as never }), /metric: expected one of/],
        [
          importStore(engine, "x", path, { onProgress: 1 as never }),
          /onProgress: expected a function/,
        ],
        [importStore(engine, "x", path, { colour: 1 } as never), /unknown field "colour"/],
      ];
      for (const [call, sentence] of calls) {
        assert.match((await rejects(call, "INVALID_ARGUMENT")).message, sentence);
      }
      await rejects(engine.store("x").info(), "STORE_NOT_FOUND");
      await rejects(importStore(engine, "x", fileOf("")), "STORE_NOT_FOUND");
    });

    it("keeps to the limits of the engine that it reaches", async () => {
      const limits = { entriesPerWrite: 7, bytesPerWrite: 400, metadataBytes: 300 };
      await withEngine(
        reach,
        async (engine) => {
          const lines = numbered(50).map((line) =>
            line.replace("}", `,"metadata":{"a":"${"x".repeat(90)}"}}`),
          );
          const { inserted } = await importStore(engine, "s", fileOf(head, ...lines));
          assert.equal(inserted, 50);
          const long = `{"id":"b","vector":[1,2],"metadata":{"a":"${"x".repeat(301)}"}}`;
          const error = await rejects(
            importStore(engine, "s", fileOf(head, long)),
            "LIMIT_EXCEEDED",
          );
          assert.equal(error.details.line, 2);
        },
        { limits: { ...defaultLimits, ...limits } },
      );
    });

    it("says which lines a refused batch leaves out", async () => {
      await withEngine(
        reach,
        async (engine) => {
          const path = fileOf(head, ...numbered(5_000));
          const error = await rejects(importStore(engine, "s", path), "LIMIT_EXCEEDED");
          const line = Number(error.details.line);
          const ids = new Set(await idsOf(engine, "s"));
          assert.ok(line > 1 && !ids.has(`e${line - 2}`), `line ${line}`);
          for (let i = 0; i < line - 2; i++) assert.ok(ids.has(`e${i}`), `e${i}`);
        },
        { limits: { memoryBytes: 3_000 * 8 } },
      );
    });
  });
}

const newline = Buffer.from("\n");

async function* hanging(): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`{"id":"a","vector":[1]}\n`);
  await new Promise(() => {});
}

async function* numbers(): AsyncGenerator<number> {
  yield 1;
}

async function idsOf(engine: Engine, name: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of engine.store(name).entries({ include: { vector: false } }))
    ids.push(id);
  return ids;
}
