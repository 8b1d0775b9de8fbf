import assert from "node:assert/strict";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { Writable } from "node:stream";
import { exportStore, importStore } from "../../lib/transfer.js";
import { duringSuite } from "../support/reach.js";
import { rejects } from "../support/rejects.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { reaches } from "./reaches.js";

for (const reach of reaches) {
  describe(`exportStore, ${reach.name}`, function () {
    this.timeout(120_000);
    const suite = duringSuite(reach);
    let folder: TemporaryFolder;
    beforeEach(() => {
      folder = new TemporaryFolder();
    });
    afterEach(() => folder.remove());

    const filled = async (count: number) => {
      const store = await suite.newStore({ dimension: 2, metric: "dot" });
      await store.load(
        Array.from({ length: count }, (_, i) => ({
          id: `e${String(i).padStart(5, "0")}`,
          vector: [i, 0.1],
          metadata: { even: i % 2 === 0 },
        })),
      );
      return store;
    };

    it("writes a line about the store, then a line an entry, in the order of ids", async () => {
      const store = await suite.newStore({ dimension: 3 });
      await store.set([
        { id: "b", vector: [-0, 1e-7, 3], metadata: { t: new Date(0), b: new Uint8Array([1]) } },
        { id: "a", vector: [0.1, 2, 1e20 / 1e3] },
      ]);
      const report = await exportStore(suite.engine, store.name, folder.at("s.jsonl"));
      const text = readFileSync(folder.at("s.jsonl"), "utf8");
      assert.deepEqual(text.split("\n"), [
        `{"$store":{"dimension":3,"metric":"cosine"}}`,
        `{"id":"a","vector":[0.1,2,100000000000000000],"metadata":{}}`,
        `{"id":"b","vector":[-0,1e-7,3],"metadata":{"t":{"$date":"1970-01-01T00:00:00.000Z"},"b":{"$bytes":"AQ=="}}}`,
        "",
      ]);
      assert.deepEqual(report, { entries: 2, bytes: Buffer.byteLength(text) });
    });

    it("writes many pages, each entry once, while others are set and deleted", async () => {
      const store = await filled(3_000);
      const writing: Promise<unknown>[] = [];
      const report = await exportStore(suite.engine, store.name, folder.at("s.jsonl"), {
        onProgress: ({ entries }) => {
          // Outside the range of those that are there all along.
          writing.push(store.set({ id: `z${entries}`, vector: [1, 2] }));
          writing.push(store.set({ id: "e01234", vector: [entries, 2] }));
        },
      });
      await Promise.all(writing);
      const lines = readFileSync(folder.at("s.jsonl"), "utf8").trimEnd().split("\n").slice(1);
      const ids = lines.map((line) => String(JSON.parse(line).id));
      assert.equal(ids.length, report.entries);
      assert.equal(new Set(ids).size, ids.length);
      assert.equal(ids.filter((id) => id.startsWith("e")).length, 3_000);
    });

    it("writes only what matches", async () => {
      const store = await filled(10);
      const { entries } = await exportStore(suite.engine, store.name, folder.at("s.ndjson"), {
        where: { even: true },
      });
      assert.equal(entries, 5);
    });

    it("writes to a stream no faster than it takes", async () => {
      const store = await filled(1_000);
      const taken: Buffer[] = [];
      let waiting = 0;
      const slow = new Writable({
        highWaterMark: 1,
        write(chunk, _, done) {
          assert.equal(waiting, 0);
          waiting++;
          setImmediate(() => {
            waiting--;
            taken.push(chunk);
            done();
          });
        },
      });
      const { bytes } = await exportStore(suite.engine, store.name, slow);
      assert.equal(Buffer.concat(taken).length, bytes);
      assert.equal(Buffer.concat(taken).toString().split("\n").length, 1_002);
      assert.equal(slow.writable, true);
    });

    it("says how far it has come", async () => {
      const store = await filled(1_500);
      const seen: [number, number | undefined][] = [];
      const onProgress = ({ entries, totalEntries }: { entries: number; totalEntries?: number }) =>
        void seen.push([entries, totalEntries]);
      await exportStore(suite.engine, store.name, folder.at("s.jsonl"), { onProgress });
      assert.deepEqual(seen.at(-1), [1_500, 1_500]);
      assert.ok(seen.length > 1);
    });

    it("leaves a file that is there as it is, unless it may overwrite", async () => {
      const store = await filled(1);
      for (const name of ["s.jsonl", "s.npy"]) {
        const path = folder.at(name);
        writeFileSync(path, "precious");
        const error = await rejects(
          exportStore(suite.engine, store.name, path),
          "INVALID_ARGUMENT",
        );
        assert.match(error.message, /there already/);
        assert.equal(readFileSync(path, "utf8"), "precious");
        await exportStore(suite.engine, store.name, path, { overwrite: true });
        assert.notEqual(readFileSync(path, "latin1"), "precious");
      }
      assert.deepEqual(readdirSync(folder.path).sort(), ["s.jsonl", "s.npy"]);
    });

    it("leaves lines as they are that would stand beside a matrix, whether it may overwrite or not", async () => {
      const store = await filled(1);
      writeFileSync(folder.at("m.jsonl"), "precious");
      for (const overwrite of [false, true]) {
        const exporting = exportStore(suite.engine, store.name, folder.at("m.npy"), { overwrite });
        assert.match((await rejects(exporting, "INVALID_ARGUMENT")).message, /there already/);
      }
      assert.deepEqual(readdirSync(folder.path), ["m.jsonl"]);
    });

    it("leaves nothing when it is aborted, or its caller throws", async () => {
      const store = await filled(3_000);
      for (const name of ["s.jsonl", "s.npy"]) {
        const aborter = new AbortController();
        const aborted = exportStore(suite.engine, store.name, folder.at(name), {
          signal: aborter.signal,
          onProgress: () => aborter.abort(),
        });
        await rejects(aborted, "ABORTED");
        const thrown = exportStore(suite.engine, store.name, folder.at(name), {
          onProgress: () => {
            throw new Error("mine");
          },
        });
        await assert.rejects(thrown, { message: "mine" });
      }
      assert.deepEqual(readdirSync(folder.path), []);
    });

    it("tells of a stream that fails", async () => {
      const store = await filled(10);
      const failing = new Writable({
        write: (_, __, done) => done(Object.assign(new Error("gone"), { code: "EPIPE" })),
      });
      const error = await rejects(exportStore(suite.engine, store.name, failing), "IO_ERROR");
      assert.match(error.message, /gone/);
    });

    it("tells of a disk that is full", async function () {
      if (!existsSync("/dev/full")) this.skip();
      const store = await filled(10);
      const full = createWriteStream("/dev/full");
      const error = await rejects(exportStore(suite.engine, store.name, full), "DISK_FULL");
      assert.match(error.message, /there is no space left/);
    });

    it("refuses what is no store, no place and no option", async () => {
      const { engine } = suite;
      const { name } = await filled(1);
      mkdirSync(folder.at("folder.jsonl"));
      await rejects(exportStore(engine, "nowhere", folder.at("n.jsonl")), "STORE_NOT_FOUND");
      const calls: readonly (readonly [Promise<unknown>, RegExp])[] = [
        [exportStore(engine, name, folder.at("s.csv")), /the name does not say the format/],
        [
          exportStore(engine, name, folder.at("none", "s.jsonl")),
          /there is no such file or folder/,
        ],
        [exportStore(engine, name, folder.at("folder.jsonl"), { overwrite: true }), /got a folder/],
        [
          exportStore(engine, name, new Writable(), { format: "npy" }),
          /expected jsonl for a stream/,
        ],
        [exportStore(engine, name, 7 as never), /to: expected the path of a file/],
        [
          exportStore(engine, name, folder.at("w.jsonl"), { where: { a: { $no: 1 } } as never }),
          /\$no/,
        ],
        [exportStore(engine, name, folder.at("s.jsonl"), { colour: 1 } as never), /"colour"/],
        [exportStore(engine, name, folder.at("s.jsonl"), { overwrite: 1 as never }), /overwrite/],
      ];
      for (const [call, sentence] of calls) {
        assert.match((await rejects(call, "INVALID_ARGUMENT")).message, sentence);
      }
      assert.deepEqual(readdirSync(folder.path), ["folder.jsonl"]);
    });

    it("writes a matrix that numpy reads, and the ids beside it", async () => {
      const store = await filled(3);
      await exportStore(suite.engine, store.name, folder.at("m.npy"));
      const matrix = readFileSync(folder.at("m.npy"));
      const header = matrix.toString("latin1", 0, 128);
      const dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }";
      assert.equal(header, `\x93NUMPY\x01\0v\0${dictionary.padEnd(117)}\n`);
      assert.equal(matrix.length, 128 + 3 * 2 * 4);
      assert.equal(matrix.readFloatLE(128 + 2 * 8), 2);
      assert.deepEqual(readFileSync(folder.at("m.jsonl"), "utf8").split("\n").slice(0, 2), [
        `{"$store":{"dimension":2,"metric":"dot"}}`,
        `{"id":"e00000","metadata":{"even":true}}`,
      ]);
      await importStore(suite.engine, suite.newName(), folder.at("m.npy"));
    });
  });
}
