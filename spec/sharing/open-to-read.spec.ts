import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "ahnlich/client";
import { type EmbeddedEngine, open, type Query, query } from "../../lib/index.js";
import { Clock, provide } from "../../lib/ports.js";
import { copyFixture } from "../fixtures/copy-fixture.js";
import { films } from "../fixtures/format-1.js";
import { rivers, writtenAt } from "../fixtures/format-2.js";
import { rejects } from "../support/rejects.js";
import { ServeProcess } from "../support/serve-process.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

describe("a folder that is opened for reading only", () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = new TemporaryFolder();
  });
  afterEach(() => folder.remove());

  const read = (path = folder.path, now = Date.now()) =>
    open(path, { threads: 0, readOnly: true, provide: [provide(Clock, { now: () => now })] });
  const written = async () => {
    await using engine = await open(folder.path, { threads: 0 });
    const store = await engine.createStore("s", { dimension: 2 });
    await store.set([
      { id: "a", vector: [1, 2] },
      { id: "b", vector: [2, 1], ttlMs: 60_000 },
    ]);
  };
  const answers = async (engine: EmbeddedEngine) => {
    const store = engine.store("s");
    const [nearest] = await store.search([1, 2]);
    return [await store.count(), nearest?.id, (await store.get("a"))?.id];
  };

  it("answers reads, lets entries expire, and refuses every write", async () => {
    await written();
    const before = readFileSync(folder.at("data.mdb"));
    await using engine = await read();
    assert.deepEqual(await answers(engine), [2, "a", "a"]);
    const writes: Query[] = [
      query.set({ store: "s", entries: [{ id: "c", vector: [1, 1] }] }),
      query.update({ store: "s", target: "a", patch: { ttlMs: 5 } }),
      query.delete({ store: "s", target: "a" }),
      query.createStore({ store: "t", dimension: 1 }),
      query.alterStore({ store: "s", ttlMs: 5 }),
      query.renameStore({ store: "s", to: "t" }),
      query.createIndex({ store: "s", field: "n" }),
      query.dropIndex({ store: "s", field: "n" }),
      query.dropStore({ store: "s" }),
      query.dropNamespace({ namespace: "n" }),
    ];
    for (const write of writes) await rejects(engine.execute(write), "READ_ONLY");
    await engine.close();
    await using later = await read(folder.path, Date.now() + 120_000);
    assert.deepEqual(await answers(later), [1, "a", "a"]);
    await later.close();
    assert.deepEqual(readFileSync(folder.at("data.mdb")), before);
    assert.deepEqual(readdirSync(folder.path).sort(), ["data.mdb", "data.mdb-lock"]);
  });

  it("stays as it was when it was opened, while another process writes", async () => {
    await written();
    await using engine = await read();
    await using second = await read();
    await using serve = await ServeProcess.start(["--path", folder.path]);
    await using client = await connect(serve.url);
    for (let round = 0; round < 30; round++) {
      await client.store("s").set([
        { id: "a", vector: [9, round] },
        { id: `new ${round}`, vector: [1, 2], metadata: { text: "x".repeat(2_000) } },
      ]);
    }
    await client.store("s").delete("b");
    assert.deepEqual(await answers(engine), [2, "a", "a"]);
    assert.deepEqual(await answers(second), [2, "a", "a"]);
    await rejects(read(), "LOCKED");
    assert.equal(await client.store("s").count(), 31);
  }).timeout(120_000);

  it("is not both written and read by one process", async () => {
    await written();
    {
      await using _ = await open(folder.path, { threads: 0 });
      await rejects(read(), "LOCKED");
    }
    const reader = await read();
    await rejects(open(folder.path, { threads: 0 }), "LOCKED");
    await reader.close();
    await using again = await open(folder.path, { threads: 0 });
    assert.equal(await again.store("s").count(), 2);
  });

  it("of an older format is read and stays what it is", async () => {
    await copyFixture("format-1", folder.path);
    const before = readFileSync(folder.at("data.mdb"));
    await using engine = await read();
    assert.equal(await engine.store("films").count(), films.length);
    assert.equal((await engine.store("films").search([1, 2, 3])).length, films.length);
    assert.deepEqual(readFileSync(folder.at("data.mdb")), before);
  });

  it("has to be there, and to hold something", async () => {
    const missing = folder.at("missing");
    await rejects(read(missing), "INVALID_ARGUMENT");
    assert.deepEqual(readdirSync(folder.path), []);
    await rejects(read(), "INVALID_ARGUMENT");
    writeFileSync(folder.at("data.mdb"), "garbage");
    await rejects(read(), "CORRUPT");
    await rejects(open({ readOnly: true }), "INVALID_ARGUMENT");
  });

  if (canMount()) {
    it("may lie on a file system that is read-only, where nothing else opens it", async () => {
      const [source, mount] = [folder.at("source"), folder.at("mount")];
      await copyFixture("format-2", source);
      mkdirSync(mount);
      assert.ok(mountReadOnly(source, mount));
      try {
        const refused = await rejects(open(mount, { threads: 0 }), "READ_ONLY");
        assert.match(refused.message, /readOnly/);
        await using engine = await read(mount, writtenAt);
        assert.equal(await engine.store("places/rivers").count(), rivers.length);
        assert.equal((await engine.store("places/rivers").search([0, 1, 0])).length, 10);
        await engine.close();
        assert.deepEqual(readdirSync(source), ["data.mdb"]);
        await using _ = await ServeProcess.start(["--path", source]);
        assert.ok(readdirSync(source).includes("data.mdb-lock"));
        await rejects(read(mount), "LOCKED");
      } finally {
        execFileSync("umount", ["--lazy", mount]);
      }
    }).timeout(120_000);
  }
});

/** A user who may mount, as root may on most systems. */
function canMount(): boolean {
  using folder = new TemporaryFolder();
  if (!mountReadOnly(folder.path, folder.path)) return false;
  execFileSync("umount", ["--lazy", folder.path]);
  return true;
}

/** False where this is not allowed, as it mostly is not. */
function mountReadOnly(source: string, mount: string): boolean {
  try {
    execFileSync("mount", ["--bind", source, mount], { stdio: "ignore" });
    execFileSync("mount", ["-o", "remount,ro,bind", mount], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
