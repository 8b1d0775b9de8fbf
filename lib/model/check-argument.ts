import { describe } from "./describe.js";
import { AhnlichError } from "./errors.js";
import { checkLimit, type Limits } from "./limits.js";

/** What a caller gave by name, nothing of it checked yet. */
export type Arguments = { readonly [name: string]: unknown };

/**
 * The caller's own properties, each read once. One that is undefined counts as absent.
 *
 * @throws INVALID_ARGUMENT for no object, and for a name that is not among `known`.
 */
export function readArguments(value: unknown, known: object, what: string): Arguments {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refusal(what, "an object", value);
  }
  const read: { [name: string]: unknown } = {};
  const given = value as Arguments;
  for (const name of Object.keys(given)) {
    const argument = given[name];
    if (argument === undefined) continue;
    if (!Object.hasOwn(known, name)) throw unknownField(name, known, what);
    read[name] = argument;
  }
  return read;
}

/** The boolean, or the standard value where it is absent. */
export function checkBoolean(value: unknown, standard: boolean, what: string): boolean {
  if (value === undefined) return standard;
  if (typeof value !== "boolean") throw refusal(what, "a boolean", value);
  return value;
}

/** An integer from `least` on. */
export function checkInteger(value: unknown, least: number, what: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw refusal(what, `an integer from ${least} on`, value);
}

export function checkNumber(value: unknown, what: string): number {
  if (Number.isFinite(value)) return value as number;
  throw refusal(what, "a finite number", value);
}

/** An integer from 1 to `limits.limit`, or the standard value (as far as the limit allows). */
export function checkPageLimit(
  value: unknown,
  standard: number,
  limits: Limits,
  what = "limit",
): number {
  if (value === undefined) return Math.min(standard, limits.limit);
  const limit = checkInteger(value, 1, what);
  checkLimit(limits, "limit", limit, what);
  return limit;
}

/** @throws INVALID_ARGUMENT where it cannot name a folder */
export function checkPath(path: unknown, what: string): string {
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return path;
  throw refusal(what, "the name of a folder", path);
}

/** One of a few words, or the standard one where it is absent. */
export function checkChoice<T extends string | undefined>(
  value: unknown,
  choices: readonly string[],
  standard: T,
  what: string,
): T {
  if (value === undefined) return standard;
  if (typeof value === "string" && choices.includes(value)) return value as T;
  throw refusal(what, `one of ${choices.map((choice) => `"${choice}"`).join(", ")}`, value);
}

/** An array within the limit; its elements are not looked at. */
export function checkArray(
  value: unknown,
  limits: Limits,
  limit: keyof Limits,
  what: string,
): readonly unknown[] {
  if (!Array.isArray(value)) throw refusal(what, "an array", value);
  checkLimit(limits, limit, value.length, what);
  return value;
}

export function refusal(what: string, expected: string, got: unknown): AhnlichError {
  return new AhnlichError(
    "INVALID_ARGUMENT",
    `${what}: expected ${expected}, got ${describe(got)}`,
  );
}

export function unknownField(name: string, known: object, what: string): AhnlichError {
  const field = JSON.stringify(name.slice(0, 100));
  const offer = `there are ${Object.keys(known).join(", ")}`;
  return new AhnlichError("INVALID_ARGUMENT", `${what}: unknown field ${field}; ${offer}`);
}
