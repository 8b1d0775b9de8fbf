import { AhnlichError } from "../model/errors.js";

/** With what a client proves who it is. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/**
 * What stands in `connect`: nil, or a map of two texts. Others of its names are passed over.
 *
 * @throws PROTOCOL_ERROR
 */
export function readCredentials(value: unknown): Credentials | undefined {
  if (value === null || value === undefined) return undefined;
  const { user, password } = typeof value === "object" ? (value as Partial<Credentials>) : {};
  if (isShort(user) && isShort(password)) return { user, password };
  // It never quotes them.
  throw new AhnlichError("PROTOCOL_ERROR", "connect: expected nil or a map of user and password");
}

function isShort(value: unknown): value is string {
  return typeof value === "string" && value.length >= 1 && value.length <= 1_024;
}
