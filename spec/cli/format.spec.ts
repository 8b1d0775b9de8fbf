import assert from "node:assert/strict";
import { formatBytes, formatCount, formatDuration, table } from "../../lib/cli/format.js";

describe("what commands print", () => {
  it("puts rows in columns and leaves no space at their ends", () => {
    const rows = [
      ["store", "entries"],
      ["a", "1"],
      ["films/old", ""],
    ];
    assert.equal(table(rows), "store      entries\na          1\nfilms/old");
  });

  it("shows control characters, which strangers may send, as question marks", () => {
    assert.equal(table([["a\u001b[2Jb\nc\u202ed"]]), "a?[2Jb?c?d");
  });

  it("counts in thousands", () => {
    assert.equal(formatCount(1_234_567), "1,234,567");
  });

  it("measures bytes in powers of a thousand", () => {
    const measured = [0, 999, 1_000, 999_949, 999_950, 4_079_237, 8e9, 2e15].map(formatBytes);
    const expected = [
      "0 B",
      "999 B",
      "1.0 kB",
      "999.9 kB",
      "1.0 MB",
      "4.1 MB",
      "8.0 GB",
      "2000.0 TB",
    ];
    assert.deepEqual(measured, expected);
  });

  it("rounds durations down to the largest unit that fits", () => {
    const measured = [-5, 0, 850, 1_999, 59_999, 3_599_999, 86_399_999, 1e9].map(formatDuration);
    assert.deepEqual(measured, ["0 ms", "0 ms", "850 ms", "1 s", "59 s", "59 min", "23 h", "11 d"]);
  });
});
