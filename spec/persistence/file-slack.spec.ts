import assert from "node:assert/strict";
import { FileSlack, isWorthCompacting, type RowSizes } from "../../lib/persistence/file-slack.js";

const mebibyte = 1024 * 1024;

describe("whether a file is worth compacting", () => {
  const file = {
    fileBytes: 30 * mebibyte,
    bytes: 10 * mebibyte,
    needed: 12 * mebibyte,
    written: 48 * mebibyte,
  };

  it("holds where it comes near three times its rows", () => {
    assert.ok(isWorthCompacting(file));
    assert.ok(!isWorthCompacting({ ...file, fileBytes: 21 * mebibyte }));
  });

  it("does not hold for a small file", () => {
    const tenth = { fileBytes: 3 * mebibyte, bytes: mebibyte, needed: 1.2 * mebibyte };
    assert.ok(!isWorthCompacting({ ...file, ...tenth }));
  });

  it("does not hold where most of it would be needed again", () => {
    assert.ok(!isWorthCompacting({ ...file, needed: 21 * mebibyte, written: 1_000 * mebibyte }));
  });

  it("does not hold until four times as much was written as it takes", () => {
    assert.ok(!isWorthCompacting({ ...file, written: 47 * mebibyte }));
  });
});

describe("the slack of a file", () => {
  let walks: number;
  let sizes: RowSizes[];
  let slack: FileSlack;
  const walk = async () => {
    walks++;
    return sizes;
  };
  const rowsOf = (rows: number) => new Map([["entries" as const, rows]]);
  const judge = (fileMiB: number, rows: number, usedMiB = fileMiB) => {
    const [fileBytes, usedBytes] = [fileMiB * mebibyte, usedMiB * mebibyte];
    return slack.judge({ fileBytes, usedBytes, rows: rowsOf(rows) }, walk);
  };

  beforeEach(() => {
    walks = 0;
    // A row of a kibibyte that takes one.
    sizes = [{ table: "entries", rows: 10_240, bytes: 10 * mebibyte, needed: 10 * mebibyte }];
    slack = new FileSlack(0);
  });

  it("is told of without a walk where LMDB itself counts enough pages that hold nothing", async () => {
    slack.wrote(100 * mebibyte, 0);
    const found = await judge(100, 10_240, 20);
    assert.deepEqual(found, { fileBytes: 100 * mebibyte, needed: 20 * mebibyte });
    assert.equal(walks, 0);
  });

  it("is found by a walk where pages are far from full", async () => {
    slack.wrote(100 * mebibyte, 0);
    const found = await judge(30, 10_240);
    assert.equal(walks, 1);
    assert.ok(found && found.needed > 10 * mebibyte && found.needed < 11 * mebibyte);
  });

  it("is not looked for again while the rows that come fill the file as before", async () => {
    slack.wrote(100 * mebibyte, 0);
    assert.equal(await judge(14, 10_240), undefined);
    slack.wrote(100 * mebibyte, 0);
    assert.equal(await judge(140, 102_400), undefined);
    assert.equal(walks, 1);
  });

  it("is looked for in the end where rows may have become smaller", async () => {
    slack.wrote(100 * mebibyte, 0);
    assert.equal(await judge(14, 10_240), undefined);
    sizes = [{ table: "entries", rows: 10_240, bytes: mebibyte, needed: mebibyte }];
    for (let i = 0; i < 7; i++) {
      slack.wrote(14 * mebibyte, 0);
      assert.equal(await judge(14, 10_240), undefined);
    }
    slack.wrote(14 * mebibyte, 0);
    assert.ok(await judge(14, 10_240));
    assert.equal(walks, 2);
  });

  it("is none right after a compaction, however the file looks", async () => {
    slack.wrote(100 * mebibyte, 0);
    slack.compacted();
    assert.equal(await judge(30, 10_240), undefined);
    slack.wrote(0, 100_000);
    assert.ok(await judge(30, 10_240), "deletes count too");
  });

  it("of a file from before is given back only where little of it is needed", async () => {
    slack = new FileSlack(100 * mebibyte);
    assert.equal(await judge(100, 10_240, 30), undefined);
    assert.ok(await judge(100, 10_240, 10));
    assert.equal(walks, 0);
  });
});
