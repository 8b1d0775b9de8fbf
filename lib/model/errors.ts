import { describe } from "./describe.js";

/**
 * The one error of ahnlich. Callers match on `code`, which is stable; the sentence says what was
 * expected and what came. Errors cross the wire and arrive as this same class, without stacks.
 */
export class AhnlichError extends Error {
  readonly code: ErrorCode;
  /** Facts for programs: the numbers and names the sentence speaks of. */
  readonly details: ErrorDetails;
  /** Whether the same call may succeed later without being changed. */
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
    this.retryable = options.retryable ?? retryableCodes.has(code);
    this.name =
      code === "ABORTED" ? "AbortError" : code === "TIMEOUT" ? "TimeoutError" : "AhnlichError";
    Object.defineProperty(this, brand, { value: true });
  }

  /** True for the errors of every copy of this package in the process; subclasses know their own. */
  static override readonly [Symbol.hasInstance]: (value: unknown) => boolean = hasInstance;
}

export type ErrorDetails = {
  readonly [name: string]: string | number | boolean | null | readonly string[];
};

export interface ErrorOptions {
  readonly details?: ErrorDetails | undefined;
  readonly retryable?: boolean | undefined;
  readonly cause?: unknown;
}

/** Every code, with what it tells the caller. docs/errors.md says what to do about each. */
export const errorCodes = {
  INVALID_ARGUMENT: "a value is not of the form that is asked for",
  DIMENSION_MISMATCH: "a vector has another dimension than its store",
  STORE_NOT_FOUND: "no store has this name",
  STORE_EXISTS: "a store of this name is there already",
  INDEX_NOT_FOUND: "the field has no index",
  ENTRY_NOT_FOUND: "no entry has this id",
  ENTRY_EXISTS: "an entry of this id is there already",
  VERSION_CONFLICT: "the entry has another version than was expected",
  LIMIT_EXCEEDED: "a bound of `limits` is crossed",
  SYNTAX_ERROR: "a statement cannot be read",
  TIMEOUT: "the deadline passed and nothing was changed",
  ABORTED: "the caller gave up and nothing was changed",
  OUTCOME_UNKNOWN: "the write may or may not have been applied",
  HISTORY_LOST: "the position is older than what is kept, or of another engine",
  CLOSED: "the engine or connection is closed",
  LOCKED: "another process owns the folder",
  READ_ONLY: "writes are refused",
  DISK_FULL: "there is no space left for the write",
  IO_ERROR: "the disk failed",
  CORRUPT: "stored bytes are not what was written",
  FORMAT_TOO_NEW: "the folder was written by a newer version",
  VERSION_MISMATCH: "client and server speak different majors of the protocol",
  PROTOCOL_ERROR: "the bytes are not of the protocol",
  UNAUTHENTICATED: "the credentials are missing or wrong",
  FORBIDDEN: "this is not allowed here",
  BUSY: "there is more work than can be taken now",
  SHUTTING_DOWN: "the server takes no new requests",
  CONNECTION_LOST: "the connection ended before the answer came",
  ADDRESS_IN_USE: "the address is taken",
  UNSUPPORTED: "this version cannot do that",
  INTERNAL: "a fault of ours",
} as const;

export type ErrorCode = keyof typeof errorCodes;

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(errorCodes, value);
}

/** The error as it is; anything else becomes INTERNAL with the original as its cause. */
export function toAhnlichError(thrown: unknown): AhnlichError {
  if (thrown instanceof AhnlichError) return thrown;
  const sentence = thrown instanceof Error ? thrown.message : describe(thrown);
  return new AhnlichError("INTERNAL", `unexpected failure: ${sentence}`, { cause: thrown });
}

/** What every call after `close()` is answered with. */
export function closedError(what = "the engine"): AhnlichError {
  return new AhnlichError("CLOSED", `${what} is closed`);
}

function hasInstance(this: unknown, value: unknown): boolean {
  if (this !== AhnlichError) return Function.prototype[Symbol.hasInstance].call(this, value);
  return typeof value === "object" && value !== null && brand in value;
}

const retryableCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "TIMEOUT",
  "BUSY",
  "SHUTTING_DOWN",
  "CONNECTION_LOST",
  "LOCKED",
  "DISK_FULL",
]);
const brand: unique symbol = Symbol.for("ahnlich.error") as never;
