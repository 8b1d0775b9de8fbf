import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { AhnlichError, type EmbeddedEngine } from "../../lib/index.js";
import { type ImportOptions, importStore } from "../../lib/transfer.js";
import { duringImports } from "../support/importing.js";
import { randomNumbers } from "../support/random.js";
import { rejects } from "../support/rejects.js";
import { seed } from "../support/seed.js";

const fixtures = "spec/fixtures/sqlite-vec";

/** Each with its log, where it has one, and what is read of it. */
const databases: readonly { file: string; wal?: string; options: ImportOptions }[] = [
  { file: "vec0.db", options: {} },
  { file: "several.db", wal: "several.db-wal", options: { table: "Plain Rows" } },
  { file: "several.db", wal: "several.db-wal", options: { table: "keyed", idField: "name" } },
];

const pageBytes = 512;

/** What may stand in the head of a page, and where: the kinds of tree, too many cells, a cell out of the page. */
const wrongHeads: readonly (readonly number[])[] = [
  ...[0, 2, 5, 10, 13].map((kind) => [0, kind]),
  [3, 0xff, 0xff],
  [3, 0x00, 0x00],
  [8, 0x7f, 0xff],
  [8, 0x00, 0x01],
];

/** The headers of the rows that hold the blobs of a chunk, with the kinds and lengths of what they hold. */
const wrongBlobs: readonly (readonly [what: string, written: string, wrong: string])[] = [
  ["vectors are a text", "0401814c", "0401814d"],
  ["vectors are too few", "0401814c", "0401800c"],
  ["what rows are there is a text", "08000100110e810c", "08000100110f810c"],
  ["numbers of rows are too few", "08000100110e810c", "08000100110e800c"],
  ["metadata are too few", "0401810c", "0401800c"],
];

describe("a SQLite database that is damaged", function () {
  this.timeout(120_000);
  const imports = duringImports();
  const { folder } = imports;

  for (const [number, { file, wal, options }] of databases.entries()) {
    it(`is imported or refused with an error of ours: ${options.table ?? file}`, async () => {
      const random = randomNumbers(seed + number);
      const codes = new Map<string, number>();
      for (let round = 0; round < 120; round++) {
        const path = folder.at(`${number}-${round}.db`);
        writeFileSync(path, damaged(`${fixtures}/${file}`, random, round));
        if (wal !== undefined) {
          const bytes = readFileSync(`${fixtures}/${wal}`);
          writeFileSync(`${path}-wal`, round % 3 === 0 ? damage(bytes, random, round) : bytes);
        }
        const code = await outcomeOf(imports.engine, `${number}-${round}`, path, options);
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }
      assert.ok((codes.get("INVALID_ARGUMENT") ?? 0) > 10, JSON.stringify([...codes]));
      assert.equal(codes.get("INTERNAL"), undefined);
    });
  }

  it("is imported or refused with an error of ours, whichever of its pages has another's head", async () => {
    const whole = readFileSync(`${fixtures}/vec0.db`);
    let refused = 0;
    for (let page = 0; page * pageBytes < whole.length; page++) {
      const head = page === 0 ? 100 : page * pageBytes;
      for (const [number, [at, ...wrong]] of wrongHeads.entries()) {
        const bytes = Buffer.from(whole);
        bytes.set(wrong, head + at);
        const path = folder.at("head.db");
        writeFileSync(path, bytes);
        const code = await outcomeOf(imports.engine, `head-${page}-${number}`, path, {});
        assert.notEqual(code, "INTERNAL");
        if (code === "INVALID_ARGUMENT") refused++;
      }
    }
    assert.ok(refused > 100, `${refused} were refused`);
  });

  it("is refused where any of the tables is missing that a vec0 table consists of", async () => {
    const whole = readFileSync(`${fixtures}/vec0.db`, "latin1");
    for (const name of ["rowids", "chunks", "vector_chunks00", "metadatachunks00", "auxiliary"]) {
      const path = folder.at(`without-${name}.db`);
      const other = `films_${"x".repeat(name.length)}`;
      writeFileSync(path, whole.replaceAll(`films_${name}`, other), "latin1");
      const importing = importStore(imports.engine, `without-${name}`, path, { table: "films" });
      const sentence = new RegExp(`there is no table films_${name}$`);
      await rejects(importing, "INVALID_ARGUMENT", sentence);
    }
  });

  for (const [what, written, wrong] of wrongBlobs) {
    it(`is refused where ${what}`, async () => {
      const whole = readFileSync(`${fixtures}/vec0.db`, "latin1");
      const [from, to] = [written, wrong].map((hex) => Buffer.from(hex, "hex").toString("latin1"));
      assert.ok(whole.includes(from));
      const path = folder.at("blob.db");
      writeFileSync(path, whole.replaceAll(from, to), "latin1");
      await rejects(importStore(imports.engine, what, path), "INVALID_ARGUMENT");
    });
  }
});

async function outcomeOf(
  engine: EmbeddedEngine,
  store: string,
  path: string,
  options: ImportOptions,
): Promise<string> {
  try {
    const format = { format: "sqlite-vec", vectorField: "the vector" } as const;
    await importStore(engine, store, path, { ...format, ...options });
    return "imported";
  } catch (error) {
    assert.ok(error instanceof AhnlichError, String(error));
    return error.code;
  }
}

function damaged(path: string, random: () => number, round: number): Buffer {
  return damage(readFileSync(path), random, round);
}

/** Bytes flipped, mostly where pages begin; a page of zeros or of noise; an end cut off. */
function damage(bytes: Buffer, random: () => number, round: number): Buffer {
  const page = 512;
  const pages = Math.ceil(bytes.length / page);
  const start = Math.floor(random() * pages) * page;
  switch (round % 4) {
    case 0:
      return bytes.subarray(0, Math.floor(random() * bytes.length));
    case 1:
      return bytes.fill(random() < 0.5 ? 0 : 0xff, start, Math.min(start + page, bytes.length));
    case 2:
      for (let i = 0; i < 3; i++) bytes[start + Math.floor(random() * 12)] = random() * 256;
      return bytes;
    default:
      for (let i = 0; i < 20; i++) bytes[Math.floor(random() * bytes.length)] ^= 1 << (i % 8);
      return bytes;
  }
}
