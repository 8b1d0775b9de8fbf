import { describe } from "./describe.js";
import { AhnlichError } from "./errors.js";

/** @throws INVALID_ARGUMENT when it is no store name: `name` or `namespace/name`. */
export function checkStoreName(name: unknown, what = "store"): string {
  if (typeof name === "string" && storeName.test(name)) return name;
  const parts = "of 1 to 128 of A-Z a-z 0-9 _ . - each";
  throw new AhnlichError(
    "INVALID_ARGUMENT",
    `${what}: expected "name" or "namespace/name" ${parts}, got ${describe(name)}`,
  );
}

/**
 * A name that the store may be given: one of its own namespace, which is the unit of rights.
 *
 * @throws INVALID_ARGUMENT when it is no store name, or one of another namespace
 */
export function checkNewName(store: string, name: unknown): string {
  const checked = checkStoreName(name, "to");
  const [own, other] = [namespaceOf(store), namespaceOf(checked)];
  if (own === other) return checked;
  const expected = own === "" ? "a name without a namespace" : `a name of namespace ${own}`;
  const sentence = `to: expected ${expected}, where the store stays, got ${describe(checked)}`;
  throw new AhnlichError("INVALID_ARGUMENT", sentence);
}

/** @throws INVALID_ARGUMENT when it is no namespace. */
export function checkNamespace(name: unknown): string {
  if (typeof name === "string" && namespaceName.test(name)) return name;
  throw new AhnlichError(
    "INVALID_ARGUMENT",
    `namespace: expected 1 to 128 of A-Z a-z 0-9 _ . -, got ${describe(name)}`,
  );
}

/** The namespace of a store's name; "" where it has none. */
export function namespaceOf(name: string): string {
  const slash = name.indexOf("/");
  return slash < 0 ? "" : name.slice(0, slash);
}

const namespaceName = /^[A-Za-z0-9_.-]{1,128}$/;
const storeName = /^(?:[A-Za-z0-9_.-]{1,128}\/)?[A-Za-z0-9_.-]{1,128}$/;
