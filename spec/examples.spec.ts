import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { runNode } from "./support/run-node.js";
import { TemporaryFolder } from "./support/temporary-folder.js";

/** What each example prints. */
const printed: Readonly<Record<string, readonly string[]>> = {
  "another-transport": ["[ 'words' ]"],
  "bulk-load": [
    "1000 loaded",
    "2000 loaded",
    "3000 loaded",
    "4000 loaded",
    "5000 loaded",
    "5000 1254",
  ],
  embedded: ["orange 46.4", "red 120.5"],
  explain: [
    "search, exact: 3 looked at, 3 found",
    "search, exact: 5 looked at, 2 found",
    "count, scan: 0 looked at, 3 found",
    "recall 1 of 3 samples",
  ],
  indexes: [
    "index of year: 202 looked at, 100 found",
    "index of director.name, year: 3 looked at, 100 found",
    "[ 'year 1', 'director.name 1' ]",
    "[",
    "  { value: 'Director 10', count: 10 },",
    "  { value: 'Director 11', count: 10 }",
    "]",
  ],
  move: [
    '{"$store":{"dimension":2,"metric":"dot"}}',
    '{"id":"Alien","vector":[0.1,-3],"metadata":{"year":1979}}',
    '{"id":"Solaris","vector":[2,1],"metadata":{"seen":{"$date":"2024-02-29T00:00:00.000Z"}}}',
    "2 set",
    "2 dot",
  ],
  persistent: ["hello true"],
  pipelining: ["500", "2", 'no store is named "nowhere"', "498"],
  pooled: ["true", "1 pool true"],
  "replaced-port": ["2024-02-29T00:00:00.000Z"],
  "serve-and-connect": ["near true", "reader 1"],
  "several-processes": ["2", "3"],
  transaction: [
    "lent to Ada: 1 1",
    "VERSION_CONFLICT of write 1",
    "{ to: 'Ada', due: '2027-01-31' }",
  ],
  "unix-socket": ["ahnlich+unix: true"],
  watch: ["read [ 'Alien' ]", "delete Alien", "set Brazil", "[ 'Brazil' ]"],
  where: ["Alien", "Solaris", "2", "2"],
};

describe("the examples", () => {
  const files = readdirSync("examples").filter((name) => name.endsWith(".ts"));

  it("are each expected to print something", () => {
    assert.deepEqual(files.map((name) => name.slice(0, -3)).sort(), Object.keys(printed).sort());
  });

  it("have under 40 lines each, and import the package by its name", () => {
    for (const name of files) {
      const text = readFileSync(`examples/${name}`, "utf8");
      assert.ok(text.split("\n").length <= 40, name);
      assert.match(text, /from "ahnlich"/);
      assert.doesNotMatch(text, /\/lib\//);
    }
  });

  for (const [name, lines] of Object.entries(printed)) {
    it(`${name} prints what it promises`, async () => {
      const { code, stdout, stderr } = await runNode([`build/examples/${name}.js`]);
      assert.equal(stderr, "");
      assert.deepEqual(stdout.trimEnd().split("\n"), lines);
      assert.equal(code, 0);
    });
  }
});

describe("the main job", () => {
  const main = resolve("build/examples/words/main.js");
  const folder = new TemporaryFolder();
  const ask = (...words: string[]) => runNode([main, ...words], { cwd: folder.path });

  after(() => folder.remove());

  it("loads the words, asks in every reach and finds the answers equal", async () => {
    const { code, stdout, stderr } = await ask();
    assert.equal(stderr, "");
    assert.equal(code, 0);
    assert.match(stdout, /^ {2}10,000 of 10,000$/m);
    assert.match(stdout, /Loaded 10,000 words/);
    const tables = [...stdout.matchAll(/^ {2}rivers\s+0\.2040 .*/gm)].map(([line]) => line);
    assert.equal(tables.length, 3);
    assert.equal(new Set(tables).size, 1);
    assert.match(stdout, /^Over TCP, as a client of ahnlich:\/\/127\.0\.0\.1:\d+$/m);
    assert.match(stdout, /^ {2}words .* from .*, connections: 1, /m);
    assert.match(stdout, /They are equal: every id and every distance, to the last bit\./);
    assert.match(stdout, /^Go on$/m);
  });

  it("finds the words there the next time, whatever the case and accents of the question", async () => {
    const { code, stdout } = await ask("PIÁNO");
    assert.equal(code, 0);
    assert.match(stdout, /Found 10,000 words there, from the last time\./);
    assert.match(stdout, /^The words nearest to "piano"/);
    assert.equal(stdout.match(/guitar\s+0\.2223/g)?.length, 3);
  });

  it("says so in a sentence, and ends with 1, where it does not know the word", async () => {
    const { code, stdout, stderr } = await ask("rivver");
    assert.equal(code, 1);
    assert.equal(stdout, "");
    const hint = "Did you mean river, silver, driver, rivers, rider?";
    assert.equal(stderr.trim(), `"rivver" is not among the 10,000 words. ${hint}`);
  });

  it("says so in a sentence when the folder is in use", async () => {
    const { open } = await import("ahnlich");
    await using engine = await open(folder.at("data"));
    const { code, stderr } = await ask();
    assert.equal(code, 1);
    assert.equal(stderr.trim().split("\n").length, 1);
    assert.equal((await engine.listStores()).length, 1);
  });
});

describe("the data set of the main job", () => {
  it("is 10,000 words of 100 dimensions, with both notices, in at most 5 MB", () => {
    const words = readFileSync("examples/words/words.txt");
    const vectors = readFileSync("examples/words/vectors.f32");
    const notice = readFileSync("examples/words/NOTICE.md", "utf8");
    assert.equal(new Set(words.toString().trimEnd().split("\n")).size, 10_000);
    assert.equal(vectors.length, 10_000 * 100 * 4);
    assert.ok(words.length + vectors.length <= 5_000_000);
    assert.match(notice, /Permission is hereby granted/);
    assert.match(notice, /Public Domain Dedication and License v1\.0/);
  });
});
