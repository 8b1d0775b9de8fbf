import assert from "node:assert/strict";
import fc from "fast-check";
import { Building } from "../../lib/encoding/building.js";
import { decode } from "../../lib/encoding/decode.js";
import { decodeGradually, type Pause } from "../../lib/encoding/decode-gradually.js";
import { encode } from "../../lib/encoding/encode.js";
import { beginScan, goOnScanning, scan } from "../../lib/encoding/scan.js";
import { values } from "../support/arbitrary-values.js";

const options = { code: "CORRUPT" } as const;
const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));

/** Lets others have their turn whenever it is asked. */
class Eager implements Pause {
  readonly isOver = true;
  turns = 0;

  async next(): Promise<void> {
    this.turns += 1;
  }
}

function build(bytes: Uint8Array, most: number): unknown {
  const building = new Building(bytes);
  while (!building.goOn(most));
  return building.value;
}

describe("what is decoded gradually", () => {
  it("is what is decoded at once, however it is cut", () => {
    fc.assert(
      fc.property(values(), fc.integer({ min: 1, max: 9 }), (value, most) => {
        const bytes = encode(value);
        assert.deepStrictEqual(build(bytes, most), decode(bytes, options));
      }),
      { numRuns: 500 },
    );
  });

  it("has every form that another writer may choose", () => {
    const forms = [
      ...["c0", "c2", "c3", "00", "7f", "80", "90", "a0", "e0", "ff"],
      ...["cc80", "cd0100", "ce80000000", "cf001fffffffffffff", "cf0000000000000001"],
      ...["d080", "d18000", "d280000000", "d3ffe0000000000001", "d3ffffffffffffffff"],
      ...["ca3f800000", "cb3ff8000000000000", "cb8000000000000000"],
      ...["c40101", "c5000101", "c60000000101", "d90161", "da000161", "db0000000161", "a2c3a4"],
      ...["dc00020102", "dd000000020102", "de0001a16101", "df00000001a16101", "82a16101a16102"],
      ...["d6ff00000001", "d6ffffffffff", "d7ff0000000000000001", "d7ffee6b27ffffffffff"],
      ...["c70cff00000000ffffffffffffffff", "c70cff3b9ac9ff0000000000000001"],
      ...["81a95f5f70726f746f5f5f01", "81a1619181a95f5f70726f746f5f5f80"],
    ];
    for (const hex of forms) {
      const bytes = fromHex(hex);
      assert.deepStrictEqual(build(bytes, 1), decode(bytes, options), hex);
    }
  });

  it("is no view on the bytes", () => {
    const bytes = Buffer.from(encode([Uint8Array.of(1, 2)]));
    const value = build(bytes, 64);
    bytes.fill(0);
    assert.deepStrictEqual(value, [Uint8Array.of(1, 2)]);
  });

  it("is looked through in pieces as in one", () => {
    fc.assert(
      fc.property(values(), fc.integer({ min: 1, max: 9 }), (value, most) => {
        const bytes = encode(value);
        const pieces = beginScan(bytes, 0, options);
        while (!goOnScanning(pieces, most));
        const whole = scan(bytes, 0, options);
        assert.equal(pieces.end, whole.end);
        assert.equal(pieces.values, whole.values);
        assert.deepEqual(pieces.protoKeys, whole.protoKeys);
      }),
      { numRuns: 200 },
    );
  });

  it("lets others have their turns while there is much of it", async () => {
    const value = Array.from({ length: 20_000 }, (_, i) => ({ id: `${i}`, at: new Date(i) }));
    const pause = new Eager();
    assert.deepStrictEqual(await decodeGradually(encode(value), options, pause), value);
    assert.ok(pause.turns > 20, `${pause.turns} turns`);
    const few = new Eager();
    assert.deepStrictEqual(await decodeGradually(encode([1, "a"]), options, few), [1, "a"]);
    assert.equal(few.turns, 0);
  });

  it("is refused with the same error", async () => {
    const long = new Array(10_000).fill(1);
    for (const bytes of [fromHex("c1"), fromHex("0000"), encode(long).slice(0, -1)]) {
      let expected: unknown;
      try {
        decode(bytes, options);
      } catch (error) {
        expected = error;
      }
      await assert.rejects(decodeGradually(bytes, options, new Eager()), expected as Error);
    }
    const pause = new Eager();
    const few = { ...options, maxValues: 9_000 };
    await assert.rejects(decodeGradually(encode(long), few, pause), { code: "CORRUPT" });
  });
});
