import { AhnlichError } from "../model/errors.js";

/** @param expected undefined: any version will do; 0: there must be no entry. @throws VERSION_CONFLICT */
export function checkVersion(
  id: string,
  expected: number | undefined,
  entry: { readonly version: number } | undefined,
): void {
  if (expected === undefined) return;
  const got = entry?.version ?? 0;
  if (got === expected) return;
  const sentence = `entry ${id}: expected version ${expected}, it has ${got}`;
  throw new AhnlichError("VERSION_CONFLICT", sentence, { details: { id, expected, got } });
}
