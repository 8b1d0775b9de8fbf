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
    outcomes.push(await outcomeOf(handlers, member, call));
    if (slice.isOver) await slice.next();
  }
  return outcomes;
}

async function outcomeOf(
  handlers: Handlers,
  member: CheckedMember,
  call: Call,
): Promise<Outcome<unknown>> {
  try {
    if (!member.ok) throw member.error;
    checkCall(call);
    return { ok: true, response: await carryOut(handlers, member.query, call) };
  } catch (error) {
    return { ok: false, error: toAhnlichError(error) };
  }
}
