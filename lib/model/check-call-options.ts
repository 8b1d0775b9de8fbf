import { refusal } from "./check-argument.js";
import type { CallOptions } from "./options.js";
import { checkIdempotencyKey } from "./write-identity.js";

export interface CheckedCallOptions {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number | undefined;
  readonly idempotencyKey: string | undefined;
}

/**
 * The call options among the options of a call; what else is there belongs to its query.
 *
 * @throws INVALID_ARGUMENT when `signal` is no AbortSignal, `timeoutMs` no integer from 1 to
 * 2^31 - 1, beyond which timers fire at once, or `idempotencyKey` no text of 1 to 256 bytes.
 */
export function checkCallOptions(options: unknown): CheckedCallOptions {
  if (options === undefined) return none;
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw refusal("options", "an object", options);
  }
  const { signal, timeoutMs, idempotencyKey } = options as { [F in keyof CallOptions]: unknown };
  if (signal !== undefined && !isAbortSignal(signal)) {
    throw refusal("signal", "an AbortSignal", signal);
  }
  return {
    signal,
    timeoutMs: timeoutMs === undefined ? undefined : checkTimeout(timeoutMs),
    idempotencyKey: idempotencyKey === undefined ? undefined : checkIdempotencyKey(idempotencyKey),
  };
}

/** @throws INVALID_ARGUMENT when it is no integer from `least` to 2^31 - 1. */
export function checkTimeout(value: unknown, least = 1): number {
  if (Number.isInteger(value)) {
    const timeoutMs = value as number;
    if (timeoutMs >= least && timeoutMs <= timeoutMax) return timeoutMs;
  }
  throw refusal("timeoutMs", `an integer from ${least} to ${timeoutMax}`, value);
}

/** By what it can do: other realms and polyfills have classes of their own. */
function isAbortSignal(value: unknown): value is AbortSignal {
  if (value instanceof AbortSignal) return true;
  if (typeof value !== "object" || value === null) return false;
  const signal = value as Partial<Record<keyof AbortSignal, unknown>>;
  return (
    typeof signal.aborted === "boolean" &&
    typeof signal.addEventListener === "function" &&
    typeof signal.removeEventListener === "function"
  );
}

const none: CheckedCallOptions = Object.freeze({
  signal: undefined,
  timeoutMs: undefined,
  idempotencyKey: undefined,
});
const timeoutMax = 2 ** 31 - 1;
