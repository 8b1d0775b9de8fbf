import { AhnlichError } from "../model/errors.js";
import type { CallOptions } from "../model/options.js";
import { checkCallOptions, checkObject } from "./call.js";

/** Options of a call that tells how far it has come. */
export type ProgressOptions = {
  /** Told now and then, and once more at the end; what it throws ends the call. */
  onProgress?: ((done: number) => void) | undefined;
} & CallOptions;

export interface CheckedProgressOptions {
  readonly onProgress: (done: number) => void;
  readonly callOptions: CallOptions | undefined;
}

/** @throws INVALID_ARGUMENT */
export function checkProgressOptions(options: unknown): CheckedProgressOptions {
  if (options === undefined) return { onProgress: nothing, callOptions: undefined };
  checkObject(options);
  const { onProgress = nothing, ...others } = options;
  if (typeof onProgress !== "function") {
    const sentence = `options.onProgress: expected a function, got ${typeof onProgress}`;
    throw new AhnlichError("INVALID_ARGUMENT", sentence);
  }
  const callOptions = checkCallOptions(others);
  return { onProgress: onProgress as (done: number) => void, callOptions };
}

const nothing = (): void => {};
