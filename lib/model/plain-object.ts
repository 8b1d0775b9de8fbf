import { AhnlichError } from "./errors.js";

/** An object as `{}` or `Object.create(null)` make it, in any realm. */
export function isPlainObject(value: unknown): value is { readonly [name: string]: unknown } {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  // Another realm has another Object.prototype, but above that one too there is nothing.
  return Object.getPrototypeOf(prototype) === null;
}

/**
 * The names of the object's own enumerable properties.
 *
 * @throws INVALID_ARGUMENT for a property named by a symbol: passed over in silence, it could turn
 * a condition into none.
 */
export function namesOf(value: object, what: string): string[] {
  if (Object.getOwnPropertySymbols(value).length > 0) {
    throw new AhnlichError("INVALID_ARGUMENT", `${what}: a property is named by a symbol`);
  }
  return Object.keys(value);
}
