import { checkInteger, refusal } from "./check-argument.js";
import { AhnlichError } from "./errors.js";

/** A text that may be a position; only its engine can tell. */
export function checkSince(since: unknown): string | undefined {
  if (since === undefined) return undefined;
  if (typeof since !== "string") throw refusal("since", "a string", since);
  if (since.length <= sinceLengthMax) return since;
  const sentence = `since: expected a position, got ${since.length} characters`;
  throw new AhnlichError("INVALID_ARGUMENT", sentence);
}

/** Milliseconds, 0 to 60,000. */
export function checkWaitMs(waitMs: unknown): number {
  if (waitMs === undefined) return 0;
  const checked = checkInteger(waitMs, 0, "waitMs");
  if (checked <= waitMsMax) return checked;
  throw refusal("waitMs", `an integer from 0 to ${waitMsMax}`, waitMs);
}

/** Those behind it in a pipeline would wait too. @throws INVALID_ARGUMENT */
export function refuseToWait(waitMs: number): void {
  if (waitMs === 0) return;
  const sentence = `waitMs: expected none within a pipeline, got ${waitMs}`;
  throw new AhnlichError("INVALID_ARGUMENT", sentence);
}

const sinceLengthMax = 256;
const waitMsMax = 60_000;
