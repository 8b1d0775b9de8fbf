import type { Outcome } from "../model/answers.js";
import type { CheckedMember, CheckedQuery } from "../model/checked-query.js";
import { toAhnlichError } from "../model/errors.js";
import { type Call, checkCall } from "./call.js";
import { carryOut, type Handlers } from "./handler-table.js";
import { Slice } from "./slice.js";

/**
 * The queries in order, each seeing the ones before; one that fails does not stop the rest. When the call is
 * given up, those that have not begun fail with the reason.
 */
export async function runPipeline(
  handlers: Handlers,
  { queries }: CheckedQuery<"pipeline">,
  call: Call,
): Promise<Outcome<unknown>[]> {
  const outcomes: Outcome<unknown>[] = [];
  const slice = new Slice();
  for (const member of queries) {
    const outcome = outcomeOf(handlers, member, call);
    // To wait costs more than most answers: only for what is not there yet.
    outcomes.push(outcome instanceof Promise ? await outcome : outcome);
    if (slice.isOver) await slice.next();
  }
  return outcomes;
}

function outcomeOf(
  handlers: Handlers,
  member: CheckedMember,
  call: Call,
): Outcome<unknown> | Promise<Outcome<unknown>> {
  try {
    if (!member.ok) throw member.error;
    checkCall(call);
    const answer = carryOut(handlers, member.query, call);
    return answer instanceof Promise ? answer.then(answered, failed) : answered(answer);
  } catch (error) {
    return failed(error);
  }
}

function answered(response: unknown): Outcome<unknown> {
  return { ok: true, response };
}

function failed(error: unknown): Outcome<unknown> {
  return { ok: false, error: toAhnlichError(error) };
}
