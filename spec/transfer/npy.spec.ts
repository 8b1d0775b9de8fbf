import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { importStore } from "../../lib/transfer.js";
import { duringImports } from "../support/importing.js";
import { rejects } from "../support/rejects.js";

/** Files as NumPy 2.4 wrote them, each of the matrix [[0, 1], [-2.5, 0.5], [65504, 6e-8]] or of what its name says. */
const written = "spec/fixtures/numpy";

describe("a NumPy file", () => {
  const imports = duringImports();
  const { folder } = imports;

  for (const name of ["f4", "f8", "f2", "f4-version-2", "f4-version-3"]) {
    it(`of ${name} is read without lines beside it`, async () => {
      const store = imports.newName();
      const path = `${written}/${name}.npy`;
      const report = await importStore(imports.engine, store, path, { vectorsOnly: true });
      assert.equal(report.inserted, 3);
      const rows = [
        [0, 1],
        [-2.5, 0.5],
        [65_504, name === "f2" ? 2 ** -24 : 6e-8],
      ];
      const found = await imports.engine.store(store).get(rows);
      assert.equal(found.filter((entry) => entry !== undefined).length, 3);
    });
  }

  for (const [name, sentence] of [
    ["fortran", /expected rows \(C order\), got columns/],
    ["big-endian", /got '>f4' \(big endian\)/],
    ["integers", /got '<i8'/],
    ["structured", /got a structured one/],
    ["objects", /got '\|O' \(objects or bytes\)/],
    ["flat", /expected the shape \(rows, dimension\), got \(6,\)/],
    ["cube", /expected the shape \(rows, dimension\)/],
  ] as const) {
    it(`of ${name} is refused`, async () => {
      const path = `${written}/${name}.npy`;
      const error = await rejects(
        importStore(imports.engine, "refused", path, { vectorsOnly: true }),
        "INVALID_ARGUMENT",
      );
      assert.match(error.message, sentence);
      assert.equal(error.details.file, path);
    });
  }

  it("that is cut off, too long, or another thing is refused", async () => {
    const whole = readFileSync(`${written}/f4.npy`);
    const cases: readonly (readonly [Buffer, RegExp])[] = [
      [whole.subarray(0, -1), /the file is cut off: 3 rows of 2 are 152 bytes, got 151/],
      [Buffer.concat([whole, Buffer.alloc(8)]), /longer than its header says/],
      [whole.subarray(0, 60), /ends within its header/],
      [whole.subarray(0, 9), /ends within its header/],
      [Buffer.from("PK and more"), /expected a NumPy file/],
      [Buffer.alloc(0), /expected a NumPy file/],
      [Buffer.from(whole).fill(9, 6, 7), /expected format 1, 2 or 3, got 9/],
      [Buffer.from(whole).fill(0xff, 8, 10), /expected a short header/],
      [Buffer.from(whole).fill("x", 10, 30), /expected descr|expected the type/],
    ];
    for (const [bytes, sentence] of cases) {
      writeFileSync(folder.at("bad.npy"), bytes);
      const importing = importStore(imports.engine, "refused", folder.at("bad.npy"), {
        vectorsOnly: true,
      });
      assert.match((await rejects(importing, "INVALID_ARGUMENT")).message, sentence);
    }
    await rejects(imports.engine.store("refused").info(), "STORE_NOT_FOUND");
  });

  it("names the row of a number that is none, and can be resumed there", async () => {
    const bytes = readFileSync(`${written}/f4.npy`);
    bytes.writeFloatLE(Number.NaN, 128 + 8);
    writeFileSync(folder.at("nan.npy"), bytes);
    const importing = importStore(imports.engine, "nan", folder.at("nan.npy"), {
      vectorsOnly: true,
    });
    const error = await rejects(importing, "INVALID_ARGUMENT");
    assert.match(
      error.message,
      /nan\.npy, line 2: vector\[0\]: expected a finite float32, got NaN/,
    );
    assert.equal(await imports.engine.store("nan").count(), 1);
    const options = { vectorsOnly: true, from: 3 };
    assert.equal(
      (await importStore(imports.engine, "nan", folder.at("nan.npy"), options)).inserted,
      1,
    );
  });

  describe("with lines beside it", () => {
    const write = (name: string, ...lines: string[]) => {
      writeFileSync(folder.at(`${name}.npy`), readFileSync(`${written}/f4.npy`));
      if (lines.length > 0) writeFileSync(folder.at(`${name}.jsonl`), lines.join("\n"));
      return folder.at(`${name}.npy`);
    };
    const head = `{"$store":{"dimension":2,"metric":"dot"}}`;

    it("gives each row the id and metadata of its line", async () => {
      const path = write("good", head, `{"id":"a"}`, "", `{"id":"b","metadata":{"n":1}}`, `{}`);
      assert.equal((await importStore(imports.engine, "good", path)).inserted, 3);
      assert.equal((await imports.engine.store("good").info()).metric, "dot");
      const b = await imports.engine.store("good").get("b");
      assert.deepEqual([b?.metadata, [...(b?.vector ?? [])]], [{ n: 1 }, [-2.5, 0.5]]);
    });

    it("goes on at a line with the row that belongs to it", async () => {
      const path = write("resumed", `{"id":"a"}`, "", `{"id":"b"}`, `{"id":"c"}`);
      await importStore(imports.engine, "resumed", path, { from: 3 });
      const store = imports.engine.store("resumed");
      assert.equal(await store.count(), 2);
      assert.deepEqual([...((await store.get("b"))?.vector ?? [])], [-2.5, 0.5]);
    });

    it("wants as many lines of entries as there are rows, and changes nothing otherwise", async () => {
      for (const lines of [[head, "{}", "{}"], ["{}", "{}", "{}", "{}"], ["{"]]) {
        const path = write("uneven", ...lines);
        await rejects(importStore(imports.engine, "uneven", path), "INVALID_ARGUMENT");
      }
      const other = write("uneven", head.replace("2", "3"), "{}", "{}", "{}");
      await rejects(importStore(imports.engine, "uneven", other), "DIMENSION_MISMATCH");
      await rejects(imports.engine.store("uneven").info(), "STORE_NOT_FOUND");
    });

    it("names the line that holds what it should not", async () => {
      const path = write("lines", head, `{"id":"a"}`, `{"id":"b","vector":[1,2]}`, "{}");
      const error = await rejects(importStore(imports.engine, "lines", path), "INVALID_ARGUMENT");
      assert.match(error.message, /lines\.jsonl, line 3: the vector is in the matrix already/);
    });

    it("says what is missing where the lines are, and how to do without", async () => {
      const error = await rejects(
        importStore(imports.engine, "alone", write("alone")),
        "INVALID_ARGUMENT",
      );
      assert.match(error.message, /alone\.jsonl: it is not there.*`vectorsOnly`/);
    });
  });
});
