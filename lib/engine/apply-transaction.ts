import { atWrite } from "../model/at-write.js";
import { toAhnlichError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";
import { applyEntryWrite } from "./apply-entry-write.js";
import type { Command } from "./command.js";
import type { Draft } from "./draft.js";
import type { Steps } from "./steps.js";

type Transaction = Extract<Command, { kind: "transaction" }>;

/** The answers of its writes, each of which sees those before it; where one is refused nothing is left of any. */
export function applyTransaction(
  draft: Draft,
  command: Transaction,
  limits: Limits,
): Steps<unknown[]> {
  return draft.allOrNothing(command.sequence, applyWrites(draft, command, limits));
}

/** The writes have the sequences from the command's own on. */
function* applyWrites(
  draft: Draft,
  { sequence, time, writes }: Transaction,
  limits: Limits,
): Steps<unknown[]> {
  const answers: unknown[] = [];
  const rewritten = { bytes: 0 };
  for (const [index, write] of writes.entries()) {
    try {
      const command = { ...write, sequence: sequence + index, time };
      answers.push(yield* applyEntryWrite(draft, command, limits, rewritten));
    } catch (error) {
      throw atWrite(index, toAhnlichError(error));
    }
    yield;
  }
  return answers;
}
