import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "../../lib/client.js";
import { type EmbeddedEngine, open, restore } from "../../lib/index.js";
import { verifyFolder } from "../../lib/keeping/verify-folder.js";
import { listen } from "../../lib/server.js";
import { rejects } from "../support/rejects.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

describe("a backup", function () {
  this.timeout(60_000);
  const folder = new TemporaryFolder();
  let engine: EmbeddedEngine;

  beforeEach(async () => {
    engine = await open(folder.at("data"), { threads: 1 });
    const films = await engine.createStore("films", { dimension: 2 });
    await films.load(Array.from({ length: 300 }, (_, i) => ({ id: `${i}`, vector: [i, 1] })));
  });
  afterEach(async () => {
    await engine.close();
    folder.remove();
  });

  it("can be opened, and holds what was there", async () => {
    const told: number[] = [];
    const { bytes } = await engine.backup(folder.at("new", "copy"), {
      onProgress: (done) => told.push(done),
    });
    assert.equal(told.at(-1), bytes);
    assert.deepEqual(readdirSync(folder.at("new", "copy")), ["data.mdb"]);
    await using copy = await open(folder.at("new", "copy"), { threads: 0 });
    assert.equal(await copy.store("films").count(), 300);
    assert.deepEqual((await copy.verify()).problems, []);
    await engine.store("films").set({ id: "later", vector: [1, 1] });
    assert.equal(await copy.store("films").count(), 300);
  });

  it("of an engine in memory can be opened too", async () => {
    await using memory = await open({ threads: 0 });
    const store = await memory.createStore("s", { dimension: 1 });
    await store.load(Array.from({ length: 5_000 }, (_, i) => ({ id: `${i}`, vector: [i + 1] })));
    await memory.backup(folder.at("copy"));
    await using copy = await open(folder.at("copy"), { threads: 0 });
    assert.equal(await copy.store("s").count(), 5_000);
    assert.deepEqual((await copy.verify()).problems, []);
  });

  it("is refused a folder that holds something, which stays as it is", async () => {
    mkdirSync(folder.at("taken"));
    writeFileSync(folder.at("taken", "note"), "mine");
    await rejects(engine.backup(folder.at("taken")), "INVALID_ARGUMENT");
    await rejects(engine.backup(folder.at("taken", "note")), "INVALID_ARGUMENT");
    await rejects(engine.backup(folder.at("data")), "INVALID_ARGUMENT");
    assert.deepEqual(readdirSync(folder.at("taken")), ["note"]);
    for (const path of ["", "a\0b", 3 as never]) {
      await rejects(engine.backup(path), "INVALID_ARGUMENT");
    }
  });

  it("takes a folder that is empty", async () => {
    mkdirSync(folder.at("empty"));
    await engine.backup(folder.at("empty"));
    assert.deepEqual(readdirSync(folder.at("empty")), ["data.mdb"]);
  });

  it("leaves nothing where it is given up", async () => {
    await rejects(engine.backup(folder.at("given up"), { signal: AbortSignal.abort() }), "ABORTED");
    const controller = new AbortController();
    const backup = engine.backup(folder.at("given up"), { signal: controller.signal });
    setImmediate(() => controller.abort());
    await rejects(backup, "ABORTED");
    await engine.close();
    assert.equal(existsSync(folder.at("given up")), false);
  });

  it("leaves nothing where what it tells of its progress fails", async () => {
    const failing = engine.backup(folder.at("copy"), {
      onProgress: () => {
        throw new Error("no");
      },
    });
    await assert.rejects(failing, { message: /no$/ });
    assert.equal(existsSync(folder.at("copy")), false);
  });

  if (process.platform === "linux") {
    it("is READ_ONLY where its folder cannot be made", () =>
      rejects(engine.backup("/proc/none/copy"), "READ_ONLY"));
  }

  it("is not taken of what does not verify", async () => {
    await engine.close();
    flipByteOf(folder.at("data", "data.mdb"), Buffer.from(new Float32Array([123, 1]).buffer));
    engine = await open(folder.at("data"), { threads: 1 });
    const error = await rejects(engine.backup(folder.at("copy")), "CORRUPT");
    assert.match(error.message, /does not verify, so it is not kept: table vectors, row/);
    assert.equal(existsSync(folder.at("copy")), false);
  });
});

describe("a folder that is restored", () => {
  const folder = new TemporaryFolder();
  afterEach(() => folder.remove());

  beforeEach(() => writeFilms(folder.at("data")));

  it("holds what the backup held, and has a history of its own", async () => {
    await using engine = await open(folder.at("data"), { threads: 0 });
    await engine.backup(folder.at("copy"));
    assert.deepEqual(await restore(folder.at("copy"), folder.at("again")), { entries: 2 });
    await using again = await open(folder.at("again"), { threads: 0 });
    const [entry] = await again.store("films").get(["a"]);
    assert.deepEqual(entry?.metadata, { year: 1927 });
    assert.notEqual((await again.info()).position, (await engine.info()).position);
    assert.deepEqual((await again.verify()).problems, []);
  });

  it("is LOCKED where somebody has the other open", async () => {
    await using engine = await open(folder.at("data"), { threads: 1 });
    await rejects(restore(folder.at("data"), folder.at("again")), "LOCKED");
    assert.equal(existsSync(folder.at("again")), false);
    assert.equal(await engine.store("films").count(), 2);
  });

  it("is refused where there is nothing, and where there is something", async () => {
    await rejects(restore(folder.at("none"), folder.at("again")), "INVALID_ARGUMENT");
    await rejects(restore(folder.path, folder.at("again")), "INVALID_ARGUMENT");
    await rejects(restore(folder.at("data"), folder.at("data")), "INVALID_ARGUMENT");
    await rejects(restore(folder.at("data"), 3 as never), "INVALID_ARGUMENT");
    mkdirSync(folder.at("text"));
    writeFileSync(folder.at("text", "data.mdb"), "no environment, but long enough".repeat(10_000));
    await rejects(restore(folder.at("text"), folder.at("again")), "CORRUPT");
    assert.equal(existsSync(folder.at("again")), false);
  });

  it("is refused where what was kept does not verify", async () => {
    flipByteOf(folder.at("data", "data.mdb"), Buffer.from(new Float32Array([3, 4]).buffer));
    await rejects(restore(folder.at("data"), folder.at("again")), "CORRUPT");
    assert.equal(existsSync(folder.at("again")), false);
  });
});

describe("a folder that is verified", () => {
  const folder = new TemporaryFolder();
  afterEach(() => folder.remove());

  beforeEach(() => writeFilms(folder.at("data")));

  it("has no problem where all is well, and is LOCKED where somebody has it open", async () => {
    assert.deepEqual(await verifyFolder(folder.at("data")), { entries: 2, problems: [] });
    await using engine = await open(folder.at("data"), { threads: 1 });
    await rejects(verifyFolder(folder.at("data")), "LOCKED");
    assert.equal(await engine.store("films").count(), 2);
  });

  it("is told of where no engine opens it", async () => {
    flipByteOf(folder.at("data", "data.mdb"), Buffer.from("films"));
    await assert.rejects(open(folder.at("data"), { threads: 0 }));
    const { problems } = await verifyFolder(folder.at("data"));
    assert.match(problems.join("\n"), /^table stores, row .*: the checksum does not match$/m);
    assert.match(problems.join("\n"), /belongs to no store that can be read$/m);
  });

  it("is told of where its file is none of ours", async () => {
    writeFileSync(folder.at("data", "data.mdb"), "no environment, but long enough".repeat(10_000));
    const { problems } = await verifyFolder(folder.at("data"));
    assert.match(problems.join("\n"), /cannot be opened: its first pages are not those of an LMDB/);
    await rejects(verifyFolder(folder.at("none")), "INVALID_ARGUMENT");
  });
});

describe("a folder in which a backup or restore was broken off", () => {
  const folder = new TemporaryFolder();
  const copy = () => folder.at("copy");
  const sentence = /copy: expected .* got one with a data\.mdb\.partial, .* remove it then/;
  afterEach(() => folder.remove());

  beforeEach(async () => {
    await writeFilms(folder.at("data"));
    mkdirSync(copy());
    writeFileSync(folder.at("copy", "data.mdb.partial"), "the beginning");
  });

  it("is not taken for an empty one, however it is opened, and stays as it is", async () => {
    for (const options of [{}, { shared: true }, { readOnly: true }]) {
      await rejects(open(copy(), { ...options, threads: 0 }), "INVALID_ARGUMENT", sentence);
    }
    assert.deepEqual(readdirSync(copy()), ["data.mdb.partial"]);
  });

  it("is neither verified, nor copied, nor written to again, before it is tidied", async () => {
    await rejects(verifyFolder(copy()), "INVALID_ARGUMENT", sentence);
    await rejects(restore(copy(), folder.at("again")), "INVALID_ARGUMENT", sentence);
    await rejects(restore(folder.at("data"), copy()), "INVALID_ARGUMENT", sentence);
    assert.deepEqual(readdirSync(copy()), ["data.mdb.partial"]);
    rmSync(folder.at("copy", "data.mdb.partial"));
    assert.deepEqual(await restore(folder.at("data"), copy()), { entries: 2 });
  });

  it("is no reason to refuse a folder that is whole", async () => {
    writeFileSync(folder.at("data", "data.mdb.partial"), "the beginning");
    await using engine = await open(folder.at("data"), { threads: 0 });
    assert.equal(await engine.store("films").count(), 2);
  });
});

describe("a backup that a client asks for", () => {
  const folder = new TemporaryFolder();
  afterEach(() => folder.remove());

  it("comes below the server's folder for backups", async () => {
    await using engine = await open({ threads: 0 });
    await using server = await listen(engine, { port: 0, backups: folder.at("backups") });
    await using client = await connect(server.url);
    await (await client.createStore("s", { dimension: 1 })).set({ vector: [1] });
    const { bytes } = await client.execute({ kind: "backup", name: "monday" });
    assert.ok(bytes > 0);
    assert.deepEqual(await restore(folder.at("backups", "monday"), folder.at("new")), {
      entries: 1,
    });
    await rejects(client.execute({ kind: "backup", name: "monday" }), "INVALID_ARGUMENT");
  });

  it("has a plain name, and nothing beside it", async () => {
    await using engine = await open({ threads: 0 });
    await using server = await listen(engine, { port: 0, backups: folder.at("backups") });
    await using client = await connect(server.url);
    for (const name of ["", ".", "..", ".hidden", "a/b", "a\\b", "a\0", "ü", "a".repeat(129), 3]) {
      await rejects(client.execute({ kind: "backup", name: name as string }), "INVALID_ARGUMENT");
    }
    const twofold = { kind: "backup", name: "a", folder: "/tmp" } as never;
    await rejects(client.execute(twofold), "INVALID_ARGUMENT");
    assert.equal(existsSync(folder.at("backups")), false);
  });
});

/** Flips a bit in each place of the file where the bytes are. */
function flipByteOf(file: string, bytes: Uint8Array): void {
  const content = readFileSync(file);
  let places = 0;
  for (let at = content.indexOf(bytes); at >= 0; at = content.indexOf(bytes, at + 1)) {
    content[at] = (content[at] ?? 0) ^ 1;
    places++;
  }
  assert.ok(places > 0, "the bytes are not in the file");
  writeFileSync(file, content);
}

async function writeFilms(path: string): Promise<void> {
  await using engine = await open(path, { threads: 0 });
  const films = await engine.createStore("films", { dimension: 2 });
  await films.set([{ id: "a", vector: [1, 2], metadata: { year: 1927 } }, { vector: [3, 4] }]);
}
