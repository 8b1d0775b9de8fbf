import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Ended, runNode } from "./support/run-node.js";
import { TemporaryFolder } from "./support/temporary-folder.js";

/** Each entry, with what it gives to run. */
const entries: Readonly<Record<string, readonly string[]>> = {
  ahnlich: [
    "AhnlichError",
    "defaultLimits",
    "errorCodes",
    "idOf",
    "open",
    "query",
    "restore",
    "rights",
  ],
  "ahnlich/client": ["AhnlichError", "connect", "idOf", "query"],
  "ahnlich/ports": [
    "Clock",
    "Logger",
    "Persistence",
    "Random",
    "VectorIndexes",
    "WriteBatch",
    "provide",
  ],
  "ahnlich/server": ["AhnlichError", "listen", "serverLimits", "troubleSentences"],
  "ahnlich/transfer": ["AhnlichError", "exportStore", "importStore"],
};

/** Dependencies that a program which only serves or connects must not load. */
const heavy = ["lmdb", "tsyringe", "reflect-metadata"];

describe("the package, packed and installed", function () {
  this.timeout(120_000);
  const folder = new TemporaryFolder();
  const manifest = JSON.parse(readFileSync("package.json", "utf8"));
  const dependencies = Object.keys(manifest.dependencies);
  let files: readonly string[] = [];

  before(() => {
    files = install(folder);
    link(
      folder,
      dependencies.filter((name) => !heavy.includes(name)),
    );
  });

  after(() => folder.remove());

  it("holds what is built from lib, the licence and the papers, and nothing else", () => {
    const others = files.filter((path) => !/^build\/lib\/.*\.(js|d\.ts)$/.test(path));
    const papers = ["CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "package.json"];
    assert.deepEqual([...others].sort(), papers);
  });

  it("serves and connects without lmdb, WebAssembly or tsyringe", async () => {
    const forbid = "globalThis.WebAssembly = undefined;";
    for (const entry of ["ahnlich/server", "ahnlich/client", "ahnlich/transfer"]) {
      const { code, stderr } = await evaluate(folder, `${forbid} await import("${entry}");`);
      assert.equal(stderr, "");
      assert.equal(code, 0);
    }
    const { stderr } = await evaluate(folder, `await import("ahnlich");`);
    assert.match(stderr, /ERR_MODULE_NOT_FOUND/);
  });

  it("gives the names of each entry", async () => {
    link(folder, heavy);
    for (const [entry, names] of Object.entries(entries)) {
      const script = `console.log(Object.keys(await import("${entry}")).sort().join())`;
      const { stdout, stderr } = await evaluate(folder, script);
      assert.equal(stderr, "");
      assert.equal(stdout.trim(), names.join());
    }
  });

  it("can be required", async () => {
    const path = folder.at("required.cjs");
    writeFileSync(path, `console.log(typeof require("ahnlich").open);`);
    const { stdout } = await runNode(["--no-warnings", path], { cwd: folder.path });
    assert.equal(stdout.trim(), "function");
  });

  it("opens an engine, with its workers", async () => {
    const { code, stdout, stderr } = await evaluate(folder, use);
    assert.equal(stderr, "");
    assert.equal(stdout.trim(), "b 1");
    assert.equal(code, 0);
  });

  it("keeps what is inside to itself", async () => {
    const { stderr } = await evaluate(folder, `await import("ahnlich/build/lib/version.js")`);
    assert.match(stderr, /ERR_PACKAGE_PATH_NOT_EXPORTED/);
  });

  it("has types that a strict program can be compiled with", () => {
    link(folder, ["@types/node"]);
    writeFileSync(folder.at("typed.mts"), typed);
    const flags = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2023"];
    const lib = ["--lib", "es2023,esnext.disposable", "--types", "node"];
    const tsc = resolve("node_modules/typescript/bin/tsc");
    const { stdout, status } = spawnSync(process.execPath, [tsc, ...flags, ...lib, "typed.mts"], {
      cwd: folder.path,
      encoding: "utf8",
    });
    assert.equal(stdout, "");
    assert.equal(status, 0);
  });

  it("has a command that runs", async () => {
    const bin = folder.at("node_modules/ahnlich", manifest.bin.ahnlich);
    assert.match(readFileSync(bin, "utf8"), /^#!\/usr\/bin\/env node\n/);
    const { code, stdout } = await runNode([bin, "--version"], { cwd: folder.path });
    assert.equal(stdout, `${manifest.version}\n`);
    assert.equal(code, 0);
  });
});

describe("package.json", () => {
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));

  it("names each dependency at one version", () => {
    for (const version of Object.values(dependencies)) assert.match(String(version), /^\d/);
  });
});

const use = `
  import { open } from "ahnlich";
  const engine = await open({ path: "data", threads: 1 });
  const store = await engine.createStore("s", { dimension: 2, metric: "euclidean" });
  await store.set([{ id: "a", vector: [9, 9] }, { id: "b", vector: [1, 0] }]);
  const [match] = await store.search([0, 0], { limit: 1 });
  console.log(match.id, match.distance);
  await engine.close();
`;

const typed = `
  import { open, AhnlichError, type Match } from "ahnlich";
  import { connect } from "ahnlich/client";
  import { Clock, provide } from "ahnlich/ports";
  import { listen } from "ahnlich/server";
  interface Film { year: number }
  const engine = await open({ provide: [provide(Clock, { now: () => 0 })] });
  const films = await engine.createStore<Film>("films", { dimension: 2 });
  const found: Match<Film>[] = await films.search([1, 2], { where: { year: { $lt: 2000 } } });
  const server = await listen(engine, { port: 0 });
  const client = await connect(server.url);
  export const codes: string[] = [new AhnlichError("BUSY", "later").code, String(found.length)];
  await client.close();
`;

/** Packs the package and unpacks it as npm would; its files. */
function install(folder: TemporaryFolder): string[] {
  const npm = ["pack", "--silent", "--pack-destination", folder.path];
  spawnSync("npm", npm, { encoding: "utf8", shell: process.platform === "win32" });
  const [tarball] = readdirSync(folder.path).filter((name) => name.endsWith(".tgz"));
  const target = folder.at("node_modules/ahnlich");
  mkdirSync(target, { recursive: true });
  spawnSync("tar", ["-xzf", folder.at(tarball), "-C", target, "--strip-components=1"]);
  writeFileSync(folder.at("package.json"), `{ "type": "module" }`);
  return readdirSync(target, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => resolve(entry.parentPath, entry.name).slice(resolve(target).length + 1));
}

function link(folder: TemporaryFolder, names: readonly string[]): void {
  for (const name of names) {
    const path = folder.at("node_modules", name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(resolve("node_modules", name), path, "junction");
  }
}

/** Runs a module's text in the folder where the package is installed. */
function evaluate(folder: TemporaryFolder, text: string): Promise<Ended> {
  const path = folder.at("evaluated.mjs");
  writeFileSync(path, text);
  return runNode([path], { cwd: folder.path });
}
