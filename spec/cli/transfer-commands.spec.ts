import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { open } from "ahnlich";
import { listen } from "ahnlich/server";
import { type Ended, runNode } from "../support/run-node.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

const main = "build/lib/cli/main.js";
const ahnlich = (...args: string[]) => runNode([main, ...args]);

describe("the commands that move stores", function () {
  this.timeout(120_000);
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = new TemporaryFolder();
    writeFileSync(folder.at("films.jsonl"), films.join("\n"));
  });
  afterEach(() => folder.remove());

  it("import a file into a folder, and export it again as it was", async () => {
    const flags = ["--store", "films", "--path", folder.at("data")];
    const imported = await ahnlich("import", folder.at("films.jsonl"), ...flags);
    assert.deepEqual(imported, { code: 0, stdout: "2 entries: 2 new, 0 replaced\n", stderr: "" });
    const again = await ahnlich("import", folder.at("films.jsonl"), ...flags, "--from", "3");
    assert.equal(again.stdout, "1 entries: 0 new, 1 replaced\n");
    const exported = await ahnlich("export", folder.at("out.jsonl"), ...flags);
    assert.deepEqual([exported.code, exported.stderr], [0, ""]);
    assert.match(exported.stdout, /^2 entries, \d+ B, are in .*out\.jsonl\n$/);
    assert.equal(readFileSync(folder.at("out.jsonl"), "utf8"), `${films.join("\n")}\n`);
  });

  it("do so over a connection, from standard input and to standard output", async () => {
    await using engine = await open({ threads: 0 });
    await using server = await listen(engine, { port: 0 });
    const flags = ["--store", "ns/films", "--url", server.url];
    const imported = await piped(films.join("\n"), "import", "-", ...flags, "--format", "jsonl");
    assert.deepEqual(imported, { code: 0, stdout: "2 entries: 2 new, 0 replaced\n", stderr: "" });
    const exported = await ahnlich("export", "-", ...flags, "--where", '{"year":1979}');
    assert.deepEqual(exported, { code: 0, stdout: `${films[0]}\n${films[1]}\n`, stderr: "" });
  });

  it("import what other stores left, and export matrices", async () => {
    const path = folder.at("data");
    const vectors = "spec/fixtures/sqlite-vec/several.db";
    const named = ["--table", "points", "--vector-field", "b", "--metric", "dot"];
    const first = await ahnlich("import", vectors, "--store", "p", "--path", path, ...named);
    assert.equal(first.stdout, "3 entries: 3 new, 0 replaced\n");
    const rows = ["spec/fixtures/lancedb.jsonl", "--format", "lancedb", "--id-field", "id"];
    assert.equal((await ahnlich("import", ...rows, "--store", "l", "--path", path)).code, 0);
    const matrix = folder.at("p.npy");
    assert.equal((await ahnlich("export", matrix, "--store", "p", "--path", path)).code, 0);
    const bare = ["import", matrix, "--store", "q", "--path", path, "--vectors-only"];
    assert.equal((await ahnlich(...bare)).stdout, "3 entries: 3 new, 0 replaced\n");
  });

  it("say in one line which line is wrong, and how to go on", async () => {
    writeFileSync(folder.at("films.jsonl"), [...films, "{"].join("\n"));
    const flags = ["--store", "films", "--path", folder.at("data")];
    const { code, stdout, stderr } = await ahnlich("import", folder.at("films.jsonl"), ...flags);
    assert.match(stderr, /^ahnlich: \S+films\.jsonl, line 4: .*; go on with --from 4\n$/);
    assert.deepEqual([code, stdout], [1, ""]);
  });

  it("refuse what is ill-formed in one line, and change nothing", async () => {
    const path = folder.at("data");
    const file = folder.at("films.jsonl");
    const cases: readonly (readonly [string[], number, RegExp])[] = [
      [["export", "x.jsonl", "--store", "s"], 2, /expected --path FOLDER or --url URL/],
      [["export", "x.jsonl", "--path", path], 2, /required option '--store <name>'/],
      [["export", "x.jsonl", "--store", "s", "--path", path], 2, /no data of ahnlich is in/],
      [["import", "x", "--store", "s", "--path", path, "--url", "u"], 2, /cannot be used with/],
      [["import", file, "--store", "s", "--path", path, "--from", "0"], 2, /whole number from 1/],
      [["import", folder.at("none.jsonl"), "--store", "s", "--path", path], 2, /no such file/],
      [
        ["export", file, "--store", "s", "--path", path, "--where", "{"],
        2,
        /--where: expected JSON/,
      ],
      [["import", file, "--store", "films", "--path", path], 0, /^$/],
      [["export", file, "--store", "s", "--path", path], 1, /no store is named "s"/],
      [["export", "x.txt", "--store", "s", "--path", path], 2, /does not say the format/],
      [["export", file, "--store", "films", "--path", path], 1, /there already.*--force/],
    ];
    for (const [args, code, sentence] of cases) {
      const ended = await ahnlich(...args);
      assert.match(ended.stderr, sentence);
      assert.equal(ended.code, code, `${args.join(" ")}: ${ended.stderr}`);
      assert.ok(ended.stderr === "" || /^ahnlich: [^\n]+\n$/.test(ended.stderr));
    }
    assert.equal(existsSync("x.jsonl"), false);
    assert.deepEqual(readdirSync(folder.path).sort(), ["data", "films.jsonl"]);
  });

  it("end at once, and leave no part of a file, when they are told to stop", async () => {
    const ended = startPiped("import", "-", "--store", "films", "--path", folder.at("data"));
    ended.child.stdin.write(`${films.join("\n")}\n`);
    const opened = () => existsSync(folder.at("data"));
    for (let i = 0; i < 5_000 && !opened(); i++) await new Promise((go) => setTimeout(go, 5));
    ended.child.kill("SIGINT");
    const { code, stderr } = await ended.done;
    // Told before it listens, it is ended by the signal itself.
    assert.ok(code === 1 || code === null, `${code}: ${stderr}`);
  });
});

const films = [
  `{"$store":{"dimension":2,"metric":"dot"}}`,
  `{"id":"Alien","vector":[0.1,-3],"metadata":{"year":1979}}`,
  `{"id":"Solaris","vector":[2,1e-7],"metadata":{"at":{"$date":"1972-03-20T00:00:00.000Z"}}}`,
];

function piped(input: string, ...args: string[]): Promise<Ended> {
  const { child, done } = startPiped(...args);
  child.stdin.end(input);
  return done;
}

function startPiped(...args: string[]) {
  const child = spawn(process.execPath, [main, ...args], { timeout: 60_000 });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (text) => {
    output.stdout += text;
  });
  child.stderr.on("data", (text) => {
    output.stderr += text;
  });
  const done = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject).on("close", (code) => resolve({ code, ...output }));
  });
  return { child, done };
}
