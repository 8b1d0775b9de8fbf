import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { open } from "../../lib/index.js";
import { listen } from "../../lib/server.js";
import { runNode } from "../support/run-node.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

const ahnlich = (...args: readonly string[]) => runNode(["build/lib/cli/main.js", ...args]);

describe("the commands about folders", function () {
  this.timeout(60_000);
  const folder = new TemporaryFolder();
  afterEach(() => folder.remove());

  beforeEach(async () => {
    await using engine = await open(folder.at("data"), { threads: 0 });
    const films = await engine.createStore("films", { dimension: 2 });
    await films.set([{ id: "a", vector: [1, 2] }, { vector: [3, 4] }]);
  });

  it("back up, verify and restore, without a word more than the outcome", async () => {
    const backup = await ahnlich("backup", folder.at("data"), folder.at("copy"));
    assert.match(backup.stdout, /copy: [\d.]+ kB, verified\n$/);
    const verified = await ahnlich("verify", folder.at("copy"));
    assert.equal(verified.stdout, `${folder.at("copy")}: 2 entries, no problem\n`);
    const restored = await ahnlich("restore", folder.at("copy"), folder.at("again"));
    assert.equal(restored.stdout, `${folder.at("again")}: 2 entries\n`);
    for (const { code, stderr } of [backup, verified, restored]) {
      assert.equal(stderr, "");
      assert.equal(code, 0);
    }
    await using again = await open(folder.at("again"), { threads: 0 });
    assert.equal(await again.store("films").count(), 2);
  });

  it("tell what is wrong, and end with 1", async () => {
    const file = folder.at("data", "data.mdb");
    const content = readFileSync(file);
    const needle = Buffer.from(new Float32Array([3, 4]).buffer);
    for (let at = content.indexOf(needle); at >= 0; at = content.indexOf(needle, at + 1)) {
      content[at] = 1;
    }
    writeFileSync(file, content);
    const { code, stdout, stderr } = await ahnlich("verify", folder.at("data"));
    assert.equal(code, 1);
    assert.match(stdout, /^table vectors, row [0-9a-f]{20}: the checksum does not match\n$/);
    assert.match(stderr, /^ahnlich: .*data: 2 entries, with these problems\n$/);
  });

  it("answer a folder that is none, taken or unfinished with one line and 2", async () => {
    mkdirSync(folder.at("begun"));
    writeFileSync(folder.at("begun", "data.mdb.partial"), "the beginning");
    for (const args of [
      ["verify", folder.at("none")],
      ["backup", folder.at("none"), folder.at("copy")],
      ["backup", folder.at("data"), folder.at("data")],
      ["restore", folder.at("data"), folder.at("data")],
      ["compact", folder.at("none")],
      ["verify", folder.at("begun")],
      ["backup", folder.at("begun"), folder.at("copy")],
      ["restore", folder.at("data"), folder.at("begun")],
      ["compact", folder.at("begun")],
    ]) {
      const { code, stdout, stderr } = await ahnlich(...args);
      assert.equal(code, 2);
      assert.match(stderr, /^ahnlich: [^\n]+\n$/);
      assert.equal(stdout, "");
    }
  });

  it("ask a server too", async () => {
    await using engine = await open(folder.at("data"), { threads: 0 });
    await using server = await listen(engine, { port: 0, backups: folder.at("backups") });
    const backup = await ahnlich("backup", server.url, "monday");
    assert.match(backup.stdout, /^monday: [\d.]+ kB, verified\n$/);
    const verified = await ahnlich("verify", server.url);
    assert.equal(verified.stdout, `${server.url}: 2 entries, no problem\n`);
    const compacted = await ahnlich("compact", server.url);
    assert.match(compacted.stdout, /given back\n$/);
    const locked = await ahnlich("verify", folder.at("data"));
    assert.match(locked.stderr, /is owned by process/);
    const copy = await ahnlich("verify", folder.at("backups", "monday"));
    assert.match(copy.stdout, /2 entries, no problem/);
  });
});
