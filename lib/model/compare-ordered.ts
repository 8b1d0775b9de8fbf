import type { Ordered } from "./predicate.js";
import { compareText } from "./text.js";

/** Orders two values of the same type: numbers, texts by their UTF-8 bytes, dates by their time. */
export function compareOrdered(a: Ordered, b: Ordered): number {
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  return Number(a) - Number(b);
}

/** Which of the ordered types a value is of; undefined for all others. */
export function orderedType(value: unknown): "number" | "string" | "Date" | undefined {
  if (typeof value === "number") return "number";
  if (typeof value === "string") return "string";
  return value instanceof Date ? "Date" : undefined;
}
