import fc from "fast-check";
import type { Metadata, MetadataValue } from "../../lib/model/metadata.js";

/** Anything that metadata may hold, and numbers that it may not. */
export function values(): fc.Arbitrary<MetadataValue> {
  return fc.letrec<{ value: MetadataValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.oneof(...scalars),
      fc.array(tie("value"), { maxLength: 5 }),
      fc.dictionary(names, tie("value"), { maxKeys: 5, noNullPrototype: true }),
    ),
  })).value;
}

/** Any number but -0, which travels as 0. */
export function numbers(): fc.Arbitrary<number> {
  return fc.double().map((number) => (number === 0 ? 0 : number));
}

/** Metadata as an entry carries it. */
export function metadata(): fc.Arbitrary<Metadata> {
  return fc.dictionary(names, values(), { maxKeys: 4, noNullPrototype: true });
}

const texts = fc.string({ unit: "binary", maxLength: 80 });
const names = fc.oneof(
  texts,
  fc.constantFrom("year", "__proto__", "__proto_", "constructor", "toJSON", "vector", "id"),
);
const scalars: fc.Arbitrary<MetadataValue>[] = [
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.maxSafeInteger(),
  numbers(),
  texts,
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ maxLength: 20 }),
];
