import { refusal } from "./check-argument.js";

/** Milliseconds that something lives: an integer from 1 to 2^48 - 1. @throws INVALID_ARGUMENT */
export function checkTtl(value: unknown, what: string): number {
  const isTtl = Number.isSafeInteger(value) && (value as number) >= 1;
  if (isTtl && (value as number) <= timeMax) return value as number;
  throw refusal(what, `a whole number of ms from 1 to ${timeMax}`, value);
}

/** The same, or null for what lives for ever; undefined stays undefined. @throws INVALID_ARGUMENT */
export function checkTtlOrNull(value: unknown, what: string): number | null | undefined {
  return value === undefined || value === null ? value : checkTtl(value, what);
}

/** The last time that rows can hold, in milliseconds since 1970, and so the longest time to live. */
export const timeMax: number = 2 ** 48 - 1;
