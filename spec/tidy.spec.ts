import assert from "node:assert/strict";
import { layerOf, type SourceFile, sourceFiles } from "./support/source-files.js";

/** What each folder of lib may import from the others; the linter holds the same table. */
const layers: Readonly<Record<string, readonly string[]>> = {
  model: [],
  encoding: ["model"],
  transport: ["model"],
  language: ["model"],
  handles: ["model"],
  kernels: ["model"],
  protocol: ["model", "encoding"],
  persistence: ["model", "encoding"],
  indexes: ["model", "kernels"],
  rows: ["model", "encoding"],
  verification: ["model", "rows"],
  checkpoints: ["model", "rows"],
  engine: ["model", "handles", "rows", "verification", "checkpoints"],
  client: ["model", "handles", "protocol", "transport"],
  server: ["model", "handles", "protocol", "transport"],
  transfer: ["model", "encoding", "handles"],
};

/** The ports that a folder knows beside its layers. */
const persistencePorts = [
  "lib/persistence/persistence.ts",
  "lib/persistence/table.ts",
  "lib/persistence/write-batch.ts",
];
const checkpointsPort = "lib/persistence/checkpoints.ts";
const ports: Readonly<Record<string, readonly string[]>> = {
  rows: persistencePorts,
  verification: persistencePorts,
  checkpoints: ["lib/indexes/vector-index.ts", checkpointsPort],
  engine: ["lib/indexes/vector-index.ts", checkpointsPort, ...persistencePorts],
};

/** Modules that only one file may touch. */
const guarded: Readonly<Record<string, string>> = {
  "node:net": "lib/transport/tcp.ts",
  "node:tls": "lib/transport/tcp.ts",
  lmdb: "lib/persistence/lmdb.ts",
};

const lineCountMax = 400;
/** One end of a connection each, from its first byte to its last. */
const longFiles = ["spec/client/connect.spec.ts", "spec/server/session.spec.ts"];
/** Biome breaks code at 100 columns; sentences reach a little farther, drawings too. */
const columnsMax = 120;
const badNames =
  /^export .*?\b(\w*(?:Manager|Helper|Utils?|Service|Impl|Common|Base)|I[A-Z][a-z]\w*Port)\b/;
const badWords =
  /\b(?:TODO|FIXME|XXX)\b|@ts-(?:ignore|nocheck)|biome-ignore|\bas any\b|^(?:export )?enum /;
const machinePaths = /(?:^|[\s"'`(=])\/(?:work|home|root|Users)\//;

describe("the sources", () => {
  const lib = sourceFiles("lib");
  const specs = sourceFiles("spec");
  const everything = [...lib, ...specs, ...sourceFiles("examples"), ...sourceFiles("benchmarks")];

  it("import only what the table of layers allows", () => {
    const wrong = lib.flatMap((file) =>
      file.imports
        .filter(({ module }) => module.startsWith("lib/") && !mayImport(file.path, module))
        .map(({ module }) => `${file.path} imports ${module}`),
    );
    assert.deepEqual(wrong, []);
  });

  it("of the model import nothing of Node but node:crypto", () => {
    const modules = lib
      .filter(({ path }) => layerOf(path) === "model")
      .flatMap(({ imports }) => imports.map(({ module }) => module));
    const foreign = new Set(modules.filter((module) => !module.startsWith("lib/model/")));
    assert.deepEqual([...foreign], ["node:crypto"]);
  });

  it("leave sockets and LMDB to one file each", () => {
    const wrong = lib.flatMap((file) =>
      file.imports
        .filter(({ module }) => Object.hasOwn(guarded, module) && guarded[module] !== file.path)
        .map(({ module }) => `${file.path} imports ${module}`),
    );
    assert.deepEqual(wrong, []);
  });

  it("do not import in circles, types aside", () => {
    assert.deepEqual(findCircles(lib), []);
  });

  it(`have at most ${lineCountMax} lines, but a named few`, () => {
    const long = everything.filter(({ lines }) => lines.length > lineCountMax + 1);
    const paths = long.map(({ path }) => path);
    assert.deepEqual(
      paths.filter((path) => !longFiles.includes(path)),
      [],
    );
  });

  it(`have at most ${columnsMax} columns`, () => {
    assert.deepEqual(
      places(everything, (line) => line.length > columnsMax && !line.includes(" | ")),
      [],
    );
  });

  it("use no name that says nothing", () => {
    assert.deepEqual(
      places(lib, (line) => badNames.test(line)),
      [],
    );
  });

  it("leave nothing for later and silence no check", () => {
    const checked = everything.filter(({ path }) => path !== "spec/tidy.spec.ts");
    assert.deepEqual(
      places(checked, (line) => badWords.test(line)),
      [],
    );
  });

  it("name no path of one machine", () => {
    assert.deepEqual(
      places(everything, (line) => machinePaths.test(line)),
      [],
    );
  });

  it("are each reached by a spec", () => {
    const reached = reachedBySpecs(lib, specs);
    const missed = lib.filter((file) => hasLogic(file) && !reached.has(file.path));
    assert.deepEqual(
      missed.map(({ path }) => path),
      [],
    );
  });
});

function mayImport(from: string, module: string): boolean {
  const [mine, theirs] = [layerOf(from), layerOf(module)];
  if (theirs === mine) return true;
  if (mine === "cli") return theirs === "";
  if (["", "sharing", "keeping"].includes(mine)) return theirs !== "cli";
  if (ports[mine]?.includes(module)) return true;
  return layers[mine].includes(theirs);
}

/** Each circle once, as the list of its files. */
function findCircles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const finished = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) circles.push([...trail.slice(start), path].join(" -> "));
    if (start >= 0 || finished.has(path)) return;
    const imports = byPath.get(path)?.imports ?? [];
    for (const { module, typeOnly } of imports) if (!typeOnly) visit(module, [...trail, path]);
    finished.add(path);
  };
  for (const { path } of files) visit(path, []);
  return circles;
}

/** A file without logic declares types and ports, which leave nothing to run. */
function hasLogic({ lines }: SourceFile): boolean {
  return lines.some((line) =>
    /^(?:export )?(?:async )?(?:abstract )?(?:function|class)\b|=>/.test(line),
  );
}

function reachedBySpecs(lib: readonly SourceFile[], specs: readonly SourceFile[]): Set<string> {
  const byPath = new Map(lib.map((file) => [file.path, file]));
  const queue = specs.flatMap(({ imports }) => imports.map(({ module }) => module));
  const reached = new Set<string>();
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const file = byPath.get(path);
    if (file === undefined || reached.has(path)) continue;
    reached.add(path);
    queue.push(...file.imports.map(({ module }) => module));
  }
  return reached;
}

function places(files: readonly SourceFile[], isWrong: (line: string) => boolean): string[] {
  return files.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => (isWrong(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
}
