import type { WaitForTurn } from "../handles/late-call-options.js";
import type { Outcome } from "../model/answers.js";
import type { CheckedMember, CheckedQuery } from "../model/checked-query.js";
import { toAhnlichError } from "../model/errors.js";
import { rights } from "../model/query.js";
import { type Call, checkCall, memberCall } from "./call.js";
import { isSmall } from "./command.js";
import { carryOut, type Handlers } from "./handler-table.js";
import { Slice } from "./slice.js";

/**
 * The queries in order, each seeing the ones before; one that fails does not stop the rest. Short writes that
 * follow each other are queued together, in their order, so that they share transactions. When the call is given
 * up, those that have not begun fail with the reason. Under an idempotency key each write has that key and its place.
 */
export async function runPipeline(
  handlers: Handlers,
  { queries }: CheckedQuery<"pipeline">,
  call: Call,
): Promise<Outcome<unknown>[]> {
  const outcomes: Outcome<unknown>[] = [];
  const slice = new Slice();
  let underWay: Promise<void>[] = [];
  const keep = (place: number, outcome: Outcome<unknown>): void => {
    outcomes[place] = outcome;
  };
  for (const [place, member] of queries.entries()) {
    const joins = isShortWrite(member);
    if (underWay.length > (joins ? underWayMax : 0)) {
      await Promise.all(underWay);
      underWay = [];
    }
    const wait = member.ok ? call.turnOf?.(place) : undefined;
    const outcome = outcomeOf(handlers, member, memberCall(call, place), wait);
    // To wait costs more than most answers: only for what is not there yet.
    if (!(outcome instanceof Promise)) outcomes[place] = outcome;
    else if (!joins) outcomes[place] = await outcome;
    else underWay.push(outcome.then((settled) => keep(place, settled)));
    if (slice.isOver) await slice.next();
  }
  await Promise.all(underWay);
  return outcomes;
}

function isShortWrite(member: CheckedMember): boolean {
  return member.ok && rights[member.query.kind] !== "read" && isSmall(member.query);
}

function outcomeOf(
  handlers: Handlers,
  member: CheckedMember,
  call: Call,
  wait: WaitForTurn | undefined,
): Outcome<unknown> | Promise<Outcome<unknown>> {
  try {
    if (!member.ok) throw member.error;
    checkCall(call);
    const { query } = member;
    const answer = wait
      ? wait(async () => carryOut(handlers, query, call))
      : carryOut(handlers, query, call);
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

/** So many writes of one pipeline wait at most, however long it is. */
const underWayMax = 256;
