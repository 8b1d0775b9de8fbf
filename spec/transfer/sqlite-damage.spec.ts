import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { AhnlichError, type EmbeddedEngine } from "../../lib/index.js";
import { type ImportOptions, importStore } from "../../lib/transfer.js";
import { duringImports } from "../support/importing.js";
import { randomNumbers } from "../support/random.js";
import { seed } from "../support/seed.js";

const written = "spec/fixtures/sqlite-vec";

/** Each with its log, where it has one, and what is read of it. */
const databases: readonly { file: string; wal?: string; options: ImportOptions }[] = [
  { file: "vec0.db", options: {} },
  { file: "several.db", wal: "several.db-wal", options: { table: "Plain Rows" } },
  { file: "several.db", wal: "several.db-wal", options: { table: "keyed", idField: "name" } },
];

describe("a SQLite database that is damaged", function () {
  this.timeout(60_000);
  const imports = duringImports();
  const { folder } = imports;

  for (const [number, { file, wal, options }] of databases.entries()) {
    it(`is imported or refused with an error of ours: ${options.table ?? file}`, async () => {
      const random = randomNumbers(seed + number);
      const codes = new Map<string, number>();
      for (let round = 0; round < 120; round++) {
        const path = folder.at(`${number}-${round}.db`);
        writeFileSync(path, damaged(`${written}/${file}`, random, round));
        if (wal !== undefined) {
          const bytes = readFileSync(`${written}/${wal}`);
          writeFileSync(`${path}-wal`, round % 3 === 0 ? damage(bytes, random, round) : bytes);
        }
        const code = await outcomeOf(imports.engine, `${number}-${round}`, path, options);
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }
      assert.ok((codes.get("INVALID_ARGUMENT") ?? 0) > 10, JSON.stringify([...codes]));
      assert.equal(codes.get("INTERNAL"), undefined);
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
