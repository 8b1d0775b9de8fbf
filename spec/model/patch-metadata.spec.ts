import assert from "node:assert/strict";
import fc from "fast-check";
import { fieldReader } from "../../lib/model/field-reader.js";
import type { Metadata } from "../../lib/model/metadata.js";
import { metadataPatcher } from "../../lib/model/patch-metadata.js";

describe("metadataPatcher", () => {
  const patched = (metadata: object, fields: object, remove: string[] = []) =>
    metadataPatcher(fields as Metadata, remove)(structuredClone(metadata) as Metadata);

  it("sets fields by their top-level names, whole", () => {
    assert.deepEqual(patched({ a: { b: 1 }, c: 2 }, { a: { d: 3 } }), { a: { d: 3 }, c: 2 });
  });

  it("removes what a name leads to, as it stands first, then the longest head", () => {
    const metadata = { "a.b.c": 1, "a.b": { c: 2 }, a: { "b.c": 3, b: { c: 4 } } };
    const steps = [1, 2, 3, 4].map((times) => patched(metadata, {}, Array(times).fill("a.b.c")));
    assert.deepEqual(steps, [
      { "a.b": { c: 2 }, a: { "b.c": 3, b: { c: 4 } } },
      { "a.b": {}, a: { "b.c": 3, b: { c: 4 } } },
      { "a.b": {}, a: { b: { c: 4 } } },
      { "a.b": {}, a: { b: {} } },
    ]);
  });

  it("removes exactly what the name reads", () => {
    const names = fc.constantFrom("a", "b", "a.b", "b.a", "a.b.a", "__proto__");
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.nat(9),
        fc.constant([{ a: 1 }]),
        fc.dictionary(names, tie("value"), { maxKeys: 3, noNullPrototype: true }),
      ),
    }));
    const metadata = fc.dictionary(names, value, { noNullPrototype: true });
    const leaves = (whole: unknown): number =>
      typeof whole === "object" && whole !== null
        ? Object.values(whole).reduce<number>((sum, one) => sum + leaves(one), 1)
        : 1;
    fc.assert(
      fc.property(metadata, names, (whole, name) => {
        const found = fieldReader(name)(whole as Metadata);
        const left = patched(whole as object, {}, [name]);
        const gone = found === undefined ? 0 : leaves(found);
        assert.equal(leaves(left), leaves(whole) - gone);
      }),
    );
  });
});
