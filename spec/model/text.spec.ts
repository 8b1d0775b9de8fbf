import assert from "node:assert/strict";
import fc from "fast-check";
import { defaultLimits, makeLimits } from "../../lib/model/limits.js";
import { checkId, checkText, compareText, textBytes } from "../../lib/model/text.js";
import { refuses } from "../support/refuses.js";

/** Texts that meet where UTF-16 and UTF-8 disagree. */
const tricky = fc
  .array(
    fc.constantFrom("a", "b", "", "é", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}"),
  )
  .map((parts) => parts.join(""));
const text = fc.oneof(tricky, fc.string({ unit: "binary" }));

describe("compareText", () => {
  it("orders as the UTF-8 bytes do", () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
        assert.equal(Math.sign(compareText(a, b)), bytes);
      }),
      { numRuns: 2_000 },
    );
  });

  it("puts emoji above the private use area, unlike UTF-16", () => {
    assert.ok("\u{1f600}" < "\uffee");
    assert.ok(compareText("\u{1f600}", "\uffee") > 0);
  });
});

describe("textBytes", () => {
  it("counts what UTF-8 takes", () => {
    fc.assert(fc.property(text, (a) => assert.equal(textBytes(a), Buffer.byteLength(a))));
  });
});

describe("checkId", () => {
  it("accepts 1 byte and 512 bytes, of whatever characters", () => {
    for (const id of ["a", "x".repeat(512), "é".repeat(256), "\u{1f600}".repeat(128), "\0", " "]) {
      assert.equal(checkId(id, defaultLimits, "id"), id);
    }
  });

  it("refuses 513 bytes, though they be fewer characters", () => {
    for (const id of ["x".repeat(513), `${"é".repeat(256)}x`, `${"\u{1f600}".repeat(128)}x`]) {
      refuses(() => checkId(id, defaultLimits, "keys[3]"), "LIMIT_EXCEEDED", /^keys\[3\]: 513/);
    }
    const limits = makeLimits({ idBytes: 4 });
    assert.equal(checkId("1234", limits, "id"), "1234");
    refuses(() => checkId("12345", limits, "id"), "LIMIT_EXCEEDED", /limits.idBytes/);
  });

  it("refuses what is empty, ill-formed or no string", () => {
    refuses(() => checkId("", defaultLimits, "id"), "INVALID_ARGUMENT", /not empty/);
    refuses(() => checkId("a\ud800", defaultLimits, "id"), "INVALID_ARGUMENT", /well-formed/);
    for (const id of [1, null, undefined, {}, ["a"], new String("a")]) {
      refuses(() => checkId(id, defaultLimits, "id"), "INVALID_ARGUMENT", /expected an id/);
    }
  });
});

describe("checkText", () => {
  it("refuses lone surrogates and nothing else", () => {
    assert.equal(checkText("\u{1f600}", "reason"), undefined);
    for (const ill of ["\udc00", "\ud83d", "\ude00\ud83d"]) {
      refuses(() => checkText(ill, "reason"), "INVALID_ARGUMENT", /^reason: .*well-formed/);
    }
  });
});
