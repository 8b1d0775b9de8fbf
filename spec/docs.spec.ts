import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { defaultLimits, errorCodes } from "ahnlich";
import { type CodeBlock, codeBlocks } from "./support/code-blocks.js";
import { runNode } from "./support/run-node.js";
import { runShell } from "./support/run-shell.js";
import { TemporaryFolder } from "./support/temporary-folder.js";

const docs = readdirSync("docs").filter((name) => name.endsWith(".md"));
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "SECURITY.md",
  ...docs.map((name) => `docs/${name}`),
];
const blocks = pages.flatMap(codeBlocks);

/** Certificates are made with OpenSSL 3, where the machine has it. */
const hasOpenssl = /^OpenSSL [3-9]/.test(
  spawnSync("openssl", ["version"], { encoding: "utf8" }).stdout ?? "",
);

/** The first three are checked here, golden frames by the specs of the protocol. */
const languages = ["ts", "sh", "json", "golden", "text", ""];

describe("the documents", function () {
  this.timeout(120_000);

  it("say of each block of code what it is", () => {
    const unknown = blocks.filter(({ language }) => !languages.includes(language));
    assert.deepEqual(unknown.map(nameOf), []);
  });

  it("link only to files that are there", () => {
    const broken = pages.flatMap((page) =>
      linksOf(page)
        .filter((target) => !existsSync(join(dirname(page), target)))
        .map((target) => `${page}: ${target}`),
    );
    assert.deepEqual(broken, []);
  });

  for (const block of blocks.filter(({ language }) => language === "json")) {
    it(`${nameOf(block)} is JSON`, () => {
      assert.ok(JSON.parse(block.text));
    });
  }
});

describe("the TypeScript of the documents", function () {
  this.timeout(120_000);
  const programs = blocks.filter(({ language }) => language === "ts");
  const source = resolve("build/documents");
  const folder = new TemporaryFolder();

  before(() => {
    rmSync(source, { recursive: true, force: true });
    mkdirSync(source, { recursive: true });
    for (const program of programs) {
      writeFileSync(join(source, `${fileNameOf(program)}.ts`), program.text);
    }
    writeFileSync(join(source, "tsconfig.json"), JSON.stringify(configuration));
  });

  after(() => folder.remove());

  it("compiles in strict mode", () => {
    const tsc = resolve("node_modules/typescript/bin/tsc");
    const { stdout, status } = spawnSync(process.execPath, [tsc, "--project", source], {
      encoding: "utf8",
    });
    assert.equal(stdout, "");
    assert.equal(status, 0);
  });

  for (const program of programs) {
    const expected = printedBy(program);
    it(`${nameOf(program)} runs${expected.length > 0 ? " and prints what it says" : ""}`, async () => {
      const file = join(source, `${fileNameOf(program)}.js`);
      const { code, stdout, stderr } = await runNode([file], { cwd: folder.path });
      assert.equal(stderr, "");
      assert.equal(code, 0);
      if (expected.length > 0) assert.deepEqual(stdout.trimEnd().split("\n"), expected);
    });
  }
});

describe("the shell commands of the documents", function () {
  this.timeout(120_000);
  const scripts = blocks.filter(
    ({ language, text }) =>
      language === "sh" && text.includes("ahnlich ") && (hasOpenssl || !text.includes("openssl ")),
  );

  for (const script of scripts) {
    it(`${nameOf(script)} runs`, async () => {
      const { code, output } = await runShell(script.text);
      assert.equal(code, 0, output);
    });
  }

  it("use only scripts that package.json has", () => {
    const { scripts: known } = JSON.parse(readFileSync("package.json", "utf8"));
    const used = blocks.flatMap(({ text }) => [...text.matchAll(/\bnpm run ([\w:]+)/g)]);
    const missing = used.map(([, name]) => name).filter((name) => !Object.hasOwn(known, name));
    assert.deepEqual(missing, []);
  });
});

describe("docs/errors.md", () => {
  const headings = [...readFileSync("docs/errors.md", "utf8").matchAll(/^## ([A-Z_]+)$/gm)];

  it("says of every code what it means and what to do, in the order of the table", () => {
    assert.deepEqual(
      headings.map(([, code]) => code),
      Object.keys(errorCodes),
    );
  });
});

describe("docs/operations.md", () => {
  it("names every limit with its bound", () => {
    const rows = [
      ...readFileSync("docs/operations.md", "utf8").matchAll(/^\| `(\w+)` +\| ([\d,]+) +\|/gm),
    ];
    const written = rows.map(([, name, bound]) => [name, Number(bound.replaceAll(",", ""))]);
    assert.deepEqual(Object.fromEntries(written), { ...defaultLimits });
  });

  it("names every flag of serve with its variable", async () => {
    const { stdout } = await runNode(["build/lib/cli/main.js", "serve", "--help"]);
    const text = readFileSync("docs/operations.md", "utf8");
    const flags = [...stdout.matchAll(/^ {2}--([a-z-]+) </gm)].map(([, name]) => name);
    assert.equal(flags.length, 29);
    for (const name of flags) {
      const variable = `AHNLICH_${name.toUpperCase().replaceAll("-", "_")}`;
      assert.match(text, new RegExp(`^\\| \`--${name}\` +\\| \`${variable}\` +\\|`, "m"));
    }
  });
});

/** As a user's own project would be set up, but for the emitted files. */
const configuration = {
  compilerOptions: {
    target: "es2023",
    lib: ["es2023", "esnext.disposable"],
    module: "nodenext",
    moduleDetection: "force",
    strict: true,
    types: ["node"],
  },
};

function nameOf({ file, line, language }: CodeBlock): string {
  return `${file}:${line} (${language})`;
}

function fileNameOf({ file, line }: CodeBlock): string {
  return `${basename(file, ".md")}-${line}`;
}

/** What the program says it prints: the comments that begin with an arrow, in order. */
function printedBy({ text }: CodeBlock): string[] {
  return [...text.matchAll(/\/\/ → (.*)$/gm)].map(([, line]) => line);
}

/** The files that a page links to. */
function linksOf(page: string): string[] {
  const text = readFileSync(page, "utf8").replace(/^```.*?^```$/gms, "");
  const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target]) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}
