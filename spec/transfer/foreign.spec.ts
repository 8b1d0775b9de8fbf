import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type ImportOptions, importStore } from "../../lib/transfer.js";
import { duringImports } from "../support/importing.js";
import { rejects } from "../support/rejects.js";

describe("what other stores leave", () => {
  const imports = duringImports();
  const { folder } = imports;

  const imported = async (path: string, options: ImportOptions = {}) => {
    const store = imports.engine.store(imports.newName());
    await importStore(imports.engine, store.name, path, options);
    const { entries } = await store.find();
    return entries.map(({ id, vector, metadata }) => ({ id, vector: [...vector], metadata }));
  };

  describe("a folder of vectra 0.12", () => {
    for (const name of ["plain", "indexed"]) {
      it(`gives its items with their metadata, ${name}`, async () => {
        const entries = await imported(`spec/fixtures/vectra/${name}`);
        const text = 'a "quoted" {text} [with] \\ brackets';
        const alien = { genre: "horror", year: 1979, seen: false, text: "x" };
        const solaris = { genre: "sf", year: 1972, seen: true, text };
        assert.deepEqual(
          entries.filter(({ id }) => !id.includes("-")),
          [
            { id: "alien ü", vector: [1, 0, 0.25], metadata: alien },
            { id: "solaris", vector: [Math.fround(0.1), -2, 3], metadata: solaris },
          ],
        );
        assert.equal(entries.length, 3);
      });
    }

    it("is known by its index file, too, and can be gone on with at an item", async () => {
      const options = { format: "vectra", from: 2 } as const;
      const entries = await imported("spec/fixtures/vectra/plain/index.json", options);
      assert.equal(entries.length, 2);
    });

    it("is read in pieces, however they fall", async () => {
      const index = readFileSync("spec/fixtures/vectra/plain/index.json", "utf8");
      for (let padding = 0; padding < 40; padding++) {
        const path = folder.at(`v${padding}`);
        mkdirSync(path);
        // The pieces of a file have 64 KiB.
        const before = `{"filler":"${"x".repeat(65_400 + 3 * padding)}",`;
        writeFileSync(`${path}/index.json`, index.replace("{", before));
        assert.equal((await imported(path)).length, 3);
      }
    });

    it("that is no index names what is wrong, and an empty one makes no store", async () => {
      const one = `{"id":"a","vector":[1]`;
      const cases: readonly (readonly [string, RegExp])[] = [
        [`{"items":[${one}},`, /line 2: the file ends before its list of items/],
        [`{"items":[${one}},7]}`, /line 2: expected one JSON object, got 7/],
        [`{"items":[${one}},{"id":}]}`, /line 2: expected one JSON object/],
        [`{"items":[{"id":"a"}]}`, /line 1: vector: expected/],
        [`{"version":1,"data":[]}`, /the file ends before its list of items/],
        [`{"items":[${one},"metadataFile":"../x.json"}]}`, /metadataFile: expected the name/],
        [`{"items":[${one},"metadataFile":"none.json"}]}`, /line 1: .*no such file/],
        [`{"items":[${one},"metadataFile":"list.json"}]}`, /list\.json: expected a JSON object/],
        [`{"items":[${one},"metadataFile":"bad.json"}]}`, /bad\.json: expected JSON/],
        [`{"items":[${one},"metadataFile":"big.json"}]}`, /big\.json: \d+ bytes are too many/],
        [`{"items":[{"id":"${"x".repeat(2_000_000)}"}]}`, /line 1: it is longer than/],
      ];
      const path = folder.at("wrong");
      mkdirSync(path);
      writeFileSync(`${path}/list.json`, "[]");
      writeFileSync(`${path}/bad.json`, "{");
      writeFileSync(`${path}/big.json`, `{"a":"${"x".repeat(2_000_000)}"}`);
      for (const [text, sentence] of cases) {
        writeFileSync(`${path}/index.json`, text);
        const importing = importStore(imports.engine, imports.newName(), path);
        const error = await rejects(importing, ["INVALID_ARGUMENT", "LIMIT_EXCEEDED"]);
        assert.match(error.message, sentence);
        assert.equal(error.details.file, `${path}/index.json`);
      }
      writeFileSync(`${path}/index.json`, `{"version":1,"items":[]}`);
      await rejects(importStore(imports.engine, "none", path), "STORE_NOT_FOUND");
    });

    it("in Protocol Buffers is refused with what to do", async () => {
      cpSync("spec/fixtures/numpy/f4.npy", folder.at("pb", "index.pb"));
      const error = await rejects(importStore(imports.engine, "x", folder.at("pb")), "UNSUPPORTED");
      assert.match(error.message, /save it with vectra's JSON codec/);
    });
  });

  describe("a table of LanceDB 0.37, as JSON lines", () => {
    const table = "spec/fixtures/lancedb.jsonl";

    it("gives its rows by the column that is named", async () => {
      const entries = await imported(table, { format: "lancedb", idField: "id" });
      const place = { city: "Ulm" };
      const at = "2024-03-01T12:00:00Z";
      assert.deepEqual(entries[1], {
        id: "2",
        vector: [1.5, -2],
        metadata: { title: "Alien ü", year: 1979, seen: false, at, tags: ["sf"], place },
      });
    });

    it("gives them ids of their content where no column is named", async () => {
      const entries = await imported(table, { format: "lancedb" });
      assert.deepEqual(entries.map(({ metadata }) => metadata.id).sort(), [1, 2]);
    });

    it("may call its columns anything", async () => {
      const path = folder.at("rows.ndjson");
      writeFileSync(path, `{"__proto__":"x","embedding":[1],"name":"a","n":null}\n`);
      const options = { format: "lancedb", idField: "name", vectorField: "embedding" } as const;
      const metadata = JSON.parse(`{"__proto__":"x","n":null}`);
      assert.deepEqual(await imported(path, options), [{ id: "a", vector: [1], metadata }]);
    });

    it("names the line without its column", async () => {
      const importing = importStore(imports.engine, "x", table, {
        format: "lancedb",
        vectorField: "v",
      });
      const error = await rejects(importing, "INVALID_ARGUMENT");
      assert.match(error.message, /line 1: expected the field "v", got vector, id, title/);
    });

    it("comes as a stream as well", async () => {
      async function* rows() {
        yield readFileSync(table, "utf8");
      }
      const { inserted } = await importStore(imports.engine, "streamed", rows(), {
        format: "lancedb",
      });
      assert.equal(inserted, 2);
    });
  });
});
