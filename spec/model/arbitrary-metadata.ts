import fc from "fast-check";
import type { Metadata, MetadataValue } from "../../lib/model/metadata.js";

/** Few names and few values, so that fields meet: nested and flat spellings of the same names. */
export const fieldNames: readonly string[] = [
  ...["a", "b", "c", "a.b", "b.c", "a.b.c", "c.a", ".", "a."],
  ...["__proto__", "constructor", "toString"],
];

export const numbers: readonly number[] = [-1.5, 0, 1, 2, 1e300];
export const texts: readonly string[] = ["", "a", "ab", "b", "1", "\ue000", "\u{10000}", "\uffff"];
export const dates: readonly Date[] = [-1, 0, 1, 2].map((time) => new Date(time));

/** Made anew each time: a Date or bytes could be changed. */
export const scalar: fc.Arbitrary<MetadataValue> = fc.oneof(
  fc.constantFrom<MetadataValue>(null, true, false, ...numbers, ...texts),
  fc.constantFrom(...dates).map((date) => new Date(date)),
  fc.constantFrom<number[]>([], [0], [1], [0, 1]).map((bytes) => new Uint8Array(bytes)),
);

export const value: fc.Arbitrary<MetadataValue> = fc.letrec<{
  value: MetadataValue;
  fields: Metadata;
}>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    { weight: 3, arbitrary: scalar },
    { weight: 1, arbitrary: fc.array(tie("value"), { maxLength: 3 }) },
    { weight: 3, arbitrary: tie("fields") },
  ),
  fields: fieldsOf(tie("value")),
})).value;

export const metadata: fc.Arbitrary<Metadata> = fieldsOf(value);

function fieldsOf(element: fc.Arbitrary<MetadataValue>): fc.Arbitrary<Metadata> {
  const field = fc.tuple(fc.constantFrom(...fieldNames), element);
  return fc
    .uniqueArray(field, { selector: ([name]) => name, maxLength: 5 })
    .map((fields) => Object.fromEntries(fields));
}
