import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { AhnlichError } from "../../lib/model/errors.js";
import { manyRows } from "../contracts/persistence.contract.js";
import { openFolder } from "../support/open-folder.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

describe("opening an environment", () => {
  let folder: TemporaryFolder;

  beforeEach(() => {
    folder = new TemporaryFolder();
  });

  afterEach(() => folder.remove());

  it("makes the folder, for its owner's eyes only", async () => {
    const path = folder.at("some", "where");
    const persistence = await openFolder(path);
    assert.equal(persistence.path, path);
    if (process.platform !== "win32") {
      assert.equal(statSync(path).mode & 0o777, 0o700);
      assert.equal(statSync(`${path}/data.mdb`).mode & 0o777, 0o600);
      assert.equal(statSync(`${path}/data.mdb-lock`).mode & 0o777, 0o600);
    }
    await persistence.close();
  });

  it("refuses a path that is a file, or leads through one, or nowhere", async () => {
    const file = folder.at("file");
    writeFileSync(file, "not a folder");
    symlinkSync(folder.at("loop"), folder.at("loop"));
    for (const path of [file, `${file}/data`, folder.at("loop", "data")]) {
      await assert.rejects(openFolder(path), hasCode("INVALID_ARGUMENT"), path);
    }
    assert.equal(readFileSync(file, "utf8"), "not a folder");
    mkdirSync(folder.at("data", "data.mdb"), { recursive: true });
    await assert.rejects(openFolder(folder.at("data")), hasCode("INVALID_ARGUMENT"));
  });

  it("refuses a folder where nothing can be written", async function () {
    const path = "/proc/ahnlich";
    if (!existsSync("/proc/self")) return this.skip();
    await assert.rejects(openFolder(path), hasCode("READ_ONLY"));
  });

  it("refuses bytes that are no environment, and leaves them as they are", async () => {
    const file = folder.at("data.mdb");
    for (const garbage of [
      Buffer.of(1),
      Buffer.alloc(8_192, 1),
      Buffer.alloc(100_000, "garbage"),
    ]) {
      writeFileSync(file, garbage);
      await assert.rejects(openFolder(folder.path), hasCode("CORRUPT"));
      assert.deepEqual(readFileSync(file), garbage);
    }
  });

  it("takes an empty file for a new environment", async () => {
    writeFileSync(folder.at("data.mdb"), "");
    await (await openFolder(folder.path)).close();
  });

  it("takes a file whose first pages never reached the disk for a new environment", async () => {
    const path = folder.at("begun");
    await (await openFolder(path)).close();
    // Page 0 has had another transaction since; the pages differ in their numbers, and in nothing else at first.
    const begun = Buffer.from(readFileSync(folder.at("begun", "data.mdb")).subarray(0, 8_192));
    begun.writeBigUInt64LE(0n, 152);
    begun.writeBigUInt64LE(0n, 4_096 + 152);
    const [first, second] = [Buffer.alloc(8_192), Buffer.alloc(8_192)];
    begun.copy(first, 0, 0, 4_096);
    begun.copy(second, 4_096, 4_096);
    for (const [i, torn] of [first, second, Buffer.alloc(8_192), Buffer.alloc(700)].entries()) {
      mkdirSync(folder.at(`torn ${i}`));
      writeFileSync(folder.at(`torn ${i}`, "data.mdb"), torn);
      const persistence = await openFolder(folder.at(`torn ${i}`));
      await persistence.commit(manyRows(10));
      await persistence.close();
    }
    writeFileSync(folder.at("data.mdb"), Buffer.concat([Buffer.alloc(8_192), begun]));
    await assert.rejects(openFolder(folder.path), hasCode("CORRUPT"), "there is something behind");
  });

  it("refuses an environment that was cut off, or is of another data version", async () => {
    const persistence = await openFolder(folder.path);
    await persistence.commit(manyRows(2_000));
    await persistence.close();
    const file = folder.at("data.mdb");
    const whole = readFileSync(file);
    for (const size of [4_096, 8_192, 12_288]) {
      truncateSync(file, size);
      await assert.rejects(openFolder(folder.path), hasCode("CORRUPT"), `${size}`);
    }
    const other = Buffer.from(whole);
    other.writeUInt8(1, 28);
    writeFileSync(file, other);
    await assert.rejects(openFolder(folder.path), hasCode("CORRUPT"));
    writeFileSync(file, whole);
    await (await openFolder(folder.path)).close();
  });
});

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof AhnlichError && error.code === code;
}
