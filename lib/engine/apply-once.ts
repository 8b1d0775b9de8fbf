import { AhnlichError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";
import { decodeResult, encodeResult } from "../rows/result-rows.js";
import { apply } from "./apply.js";
import type { Command, CommandIdentity } from "./command.js";
import type { Draft } from "./draft.js";
import type { Steps } from "./steps.js";

/**
 * Applies a command. One with a key that has a result already changes nothing and is answered what the first was;
 * otherwise its answer is kept in the same transaction. What is refused leaves no result, and is decided anew.
 */
export function applyOnce(draft: Draft, command: Command, limits: Limits): Steps<unknown> {
  const { identity } = command;
  if (identity === undefined) return apply(draft, command, limits);
  return applyUnderKey(draft, command, identity, limits);
}

function* applyUnderKey(
  draft: Draft,
  command: Command,
  identity: CommandIdentity,
  limits: Limits,
): Steps<unknown> {
  const there = draft.results.find(identity);
  if (there !== undefined) {
    if (Buffer.compare(there.fingerprint, identity.fingerprint) === 0) {
      return decodeResult(there.answer);
    }
    const sentence = `idempotencyKey ${JSON.stringify(identity.key)} was used for another write`;
    throw new AhnlichError("INVALID_ARGUMENT", sentence, { details: { key: identity.key } });
  }
  const answer = yield* apply(draft, command, limits);
  const { sequence, time } = command;
  const { fingerprint } = identity;
  draft.results.keep(identity, { sequence, time, fingerprint, answer: encodeResult(answer) });
  return answer;
}
