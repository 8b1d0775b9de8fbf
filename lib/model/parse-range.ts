import { compareOrdered, orderedType } from "./compare-ordered.js";
import { describe } from "./describe.js";
import { failAt } from "./fail-at.js";
import type { MetadataValue } from "./metadata.js";
import type { Bound, Ordered, RangePredicate } from "./predicate.js";

export type RangeOperator = "$gt" | "$gte" | "$lt" | "$lte";
export type RangeOperands = { [O in RangeOperator]?: MetadataValue };

export function isRangeOperator(name: string): name is RangeOperator {
  return name === "$gt" || name === "$gte" || name === "$lt" || name === "$lte";
}

/**
 * The one range that a field's range operators mean together; undefined where there are none.
 *
 * @throws INVALID_ARGUMENT where an operand is no number, string or Date, or two differ in type.
 */
export function parseRange(
  field: string,
  operands: RangeOperands,
  path: string,
): RangePredicate | undefined {
  const names = (Object.keys(operands) as RangeOperator[]).filter(isRangeOperator);
  if (names.length === 0) return undefined;
  let type: string | undefined;
  for (const name of names) {
    const operand = operands[name];
    const found = orderedType(operand);
    if (found === undefined) {
      failAt(`${path}.${name}`, `expected a number, a string or a Date, got ${describe(operand)}`);
    }
    type ??= found;
    if (found !== type) failAt(path, `a range is within one type, got a ${type} and a ${found}`);
  }
  const bound = (name: RangeOperator): Bound | undefined => {
    const value = operands[name];
    if (value === undefined) return undefined;
    return Object.freeze({ value: value as Ordered, inclusive: name.endsWith("e") });
  };
  const lower = tighter(bound("$gt"), bound("$gte"), 1);
  const upper = tighter(bound("$lt"), bound("$lte"), -1);
  return Object.freeze({ kind: "range", field, lower, upper });
}

/** The bound that lets less through. `direction`: 1 of lower bounds, -1 of upper ones. */
function tighter(
  exclusive: Bound | undefined,
  inclusive: Bound | undefined,
  direction: 1 | -1,
): Bound | undefined {
  if (exclusive === undefined || inclusive === undefined) return exclusive ?? inclusive;
  const order = compareOrdered(inclusive.value, exclusive.value) * direction;
  return order > 0 ? inclusive : exclusive;
}
