import { refusal } from "./check-argument.js";
import { AhnlichError } from "./errors.js";
import { checkText, textBytes } from "./text.js";

/** What tells one write from all others, so that one that is repeated is carried out once. */
export interface WriteIdentity {
  /** Whose keys these are: a client's that numbers its writes, or as `scopeOfKeys` says. */
  readonly scope: string;
  readonly key: string;
  /** Its place in the pipeline that the key was given to. */
  readonly member?: number | undefined;
  /** Of a client that numbers its writes: it has the answers of all before this number. */
  readonly settled?: number | undefined;
}

/** How a client numbers a write. */
export interface WriteNumber {
  /** From 1 on, in the order in which the client asks. */
  readonly number: number;
  /** The lowest number of a write that it still waits for: the results of those before are not asked for again. */
  readonly settled: number;
}

/** @param scope the client's id, which is not empty */
export function identityOfNumber(scope: string, { number, settled }: WriteNumber): WriteIdentity {
  return { scope, key: String(number), settled };
}

/**
 * The scope of the keys that callers choose: where a server has users, each user's own, so that nobody
 * can take another's.
 */
export function scopeOfKeys(user: string | undefined): string {
  return user === undefined ? "" : `${user} `;
}

/** Whether the scope is one of keys that callers choose; that of a user's client has its id behind the blank. */
export function isScopeOfKeys(scope: string): boolean {
  return scope === "" || scope.indexOf(" ") === scope.length - 1;
}

/** @throws INVALID_ARGUMENT unless it is 1 to 256 bytes of well-formed UTF-8 */
export function checkIdempotencyKey(value: unknown): string {
  if (typeof value !== "string") throw refusal("idempotencyKey", "a string", value);
  checkText(value, "idempotencyKey");
  const bytes = textBytes(value);
  if (bytes >= 1 && bytes <= keyBytesMax) return value;
  const sentence = `idempotencyKey: expected 1 to ${keyBytesMax} bytes of UTF-8, got ${bytes}`;
  throw new AhnlichError("INVALID_ARGUMENT", sentence, {
    details: { bound: keyBytesMax, got: bytes },
  });
}

export const keyBytesMax = 256;
