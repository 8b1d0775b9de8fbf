import assert from "node:assert/strict";
import { readdirSync, readlinkSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { open } from "../../lib/index.js";
import { FileWarming } from "../../lib/persistence/file-warming.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

describe("A file that is warmed", () => {
  let folder: TemporaryFolder;

  beforeEach(() => {
    folder = new TemporaryFolder();
  });

  afterEach(() => folder.remove());

  it("has something, and is small, also beside the memory that can be had", () => {
    const file = folder.at("file");
    writeFileSync(file, "");
    assert.equal(FileWarming.of(file), undefined);
    writeFileSync(file, new Uint8Array(1_000));
    assert.equal(FileWarming.of(file, 1_999), undefined);
    assert.ok(FileWarming.of(file, 2_000));
    truncateSync(file, 2 ** 30);
    assert.ok(FileWarming.of(file, 2 ** 40));
    truncateSync(file, 2 ** 30 + 1);
    assert.equal(FileWarming.of(file, 2 ** 40), undefined);
  });

  it("is let go of when it has been read, or it is ended", async () => {
    const file = folder.at("file");
    writeFileSync(file, new Uint8Array(5 * 1024 * 1024));
    const warming = FileWarming.of(file);
    warming?.begin();
    warming?.begin();
    await warming?.end();
    warming?.begin();
    await warming?.end();
    const isOpen = (name: string): boolean => {
      try {
        return readlinkSync(`/proc/self/fd/${name}`) === file;
      } catch {
        return false;
      }
    };
    const names = process.platform === "linux" ? readdirSync("/proc/self/fd") : [];
    assert.deepEqual(names.filter(isOpen), []);
  });

  it("is nobody's failure where it is not there any more", async () => {
    const file = folder.at("file");
    writeFileSync(file, new Uint8Array(1_000));
    const warming = FileWarming.of(file);
    rmSync(file);
    warming?.begin();
    await warming?.end();
    assert.throws(() => FileWarming.of(file), { code: "ENOENT" });
  });

  it("gives every row to who reads it from end to end, and can be closed meanwhile", async () => {
    const path = folder.at("a");
    const entries = Array.from({ length: 3_000 }, (_, i) => ({ id: `${i}`, vector: [i, 1] }));
    {
      await using engine = await open(path);
      await (await engine.createStore("s", { dimension: 2 })).set(entries);
    }
    for (const count of [3_000, 1_500]) {
      await using engine = await open(path, { threads: 0 });
      let seen = 0;
      for await (const { id } of engine.store("s").entries()) {
        assert.ok(id.length > 0);
        if (++seen === count) break;
      }
      assert.equal(seen, count);
    }
  });
});
