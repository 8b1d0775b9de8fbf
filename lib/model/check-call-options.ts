import { AhnlichError } from "./errors.js";

export interface CheckedCallOptions {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number | undefined;
}

/** The options of one call; fields that are no call options are passed over. @throws INVALID_ARGUMENT */
export function checkCallOptions(options: unknown): CheckedCallOptions {
  throw new AhnlichError("UNSUPPORTED", `options ${options}`);
}
