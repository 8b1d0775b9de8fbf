// Compiles the kernels beside it into ../generated/kernels.ts, once for SIMD and once for relaxed SIMD: WASM as
// base64, so that the package holds no file that a bundler could miss. Nothing is done while the sources are
// those of the last time.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const generated = join(here, "..", "generated");
const output = join(generated, "kernels.ts");

const options = [
  ["--baseDir", join(here, "..")],
  ["--outFile", "kernels.wasm"],
  ["--optimizeLevel", "3"],
  ["--shrinkLevel", "0"],
  ["--noAssert"],
  ["--runtime", "stub"],
  ["--enable", "simd"],
  ["--enable", "threads"],
  ["--enable", "bulk-memory"],
  ["--importMemory"],
  ["--sharedMemory"],
  ["--initialMemory", "1"],
  ["--maximumMemory", "65536"],
].flat();

const kinds = { simdBase64: [], relaxedBase64: ["--enable", "relaxed-simd"] };

const digest = sourceDigest();
if (!isCurrent()) await write();

/** Of everything that what we write depends on. */
function sourceDigest() {
  const hash = createHash("sha256").update(JSON.stringify([options.slice(2), kinds]));
  const compiler = new URL("./package.json", import.meta.resolve("assemblyscript/package.json"));
  hash.update(JSON.parse(readFileSync(compiler, "utf8")).version);
  const sources = readdirSync(here).filter((name) => /\.(ts|mjs)$/.test(name));
  const files = [...sources.sort().map((name) => join(here, name)), join(here, "..", "layout.ts")];
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest("hex");
}

function isCurrent() {
  try {
    return readFileSync(output, "utf8").includes(digest);
  } catch {
    return false;
  }
}

async function write() {
  let text = `// Made by assembly/compile.mjs from sources of digest\n// ${digest}\n`;
  for (const [name, more] of Object.entries(kinds)) {
    const lines = Buffer.from(await compile(more)).toString("base64").match(/.{1,96}/g);
    text += `export const ${name}: string =\n${lines.map((line) => `  "${line}"`).join(" +\n")};\n`;
  }
  mkdirSync(generated, { recursive: true });
  writeFileSync(`${output}.new`, text);
  renameSync(`${output}.new`, output);
}

async function compile(more) {
  const { default: asc } = await import("assemblyscript/asc");
  let binary;
  const { error, stderr } = await asc.main(["assembly/kernels.ts", ...options, ...more], {
    readFile(name, base) {
      try {
        return readFileSync(join(base, name), "utf8");
      } catch {
        return null; // the compiler asks for several names of a module
      }
    },
    writeFile(_, contents) {
      binary = contents;
    },
    listFiles: () => [],
  });
  if (error || !binary) {
    console.error(stderr.toString());
    throw error ?? new Error("the compiler wrote no binary");
  }
  return binary;
}
