import { atWrite } from "./at-write.js";
import { checkArray, refusal } from "./check-argument.js";
import type { CheckedWrite } from "./checked-query.js";
import { AhnlichError, toAhnlichError } from "./errors.js";
import { checkLimit, type Limits } from "./limits.js";
import { writeKinds } from "./query.js";
import { namespaceOf } from "./store-name.js";

/**
 * The writes of a transaction, each passed by `check`: only such that write entries, over stores of one namespace,
 * together of no more entries and keys than one write may have.
 *
 * @throws with `details.index`, the place of the write that is refused: INVALID_ARGUMENT, LIMIT_EXCEEDED, UNSUPPORTED
 */
export function checkWrites(
  writes: unknown,
  limits: Limits,
  check: (write: unknown) => CheckedWrite,
): CheckedWrite[] {
  const given = checkArray(writes, limits, "queriesPerPipeline", "writes");
  const checked: CheckedWrite[] = [];
  let [entries, scans] = [0, 0];
  for (let i = 0; i < given.length; i++) {
    try {
      checkKind(given[i]);
      const write = check(given[i]);
      checkNamespace(write.store, checked[0]?.store ?? write.store);
      entries += entriesOf(write);
      checkLimit(limits, "entriesPerWrite", entries, "entries and keys of one transaction");
      scans += isScan(write) ? 1 : 0;
      checkScans(scans);
      checked.push(write);
    } catch (error) {
      throw atWrite(i, toAhnlichError(error));
    }
  }
  return checked;
}

/** Told before anything else of it is looked at. */
function checkKind(write: unknown): void {
  if (typeof write !== "object" || write === null || Array.isArray(write)) {
    throw refusal("query", "an object with a kind", write);
  }
  const kind: unknown = Object.hasOwn(write, "kind")
    ? (write as { kind: unknown }).kind
    : undefined;
  if (writeKinds.some((known) => known === kind)) return;
  throw refusal("query.kind", `one of ${writeKinds.join(", ")} in a transaction`, kind);
}

function checkNamespace(store: string, first: string): void {
  if (namespaceOf(store) === namespaceOf(first)) return;
  throw new AhnlichError(
    "INVALID_ARGUMENT",
    `a transaction is over stores of one namespace, got ${first} and ${store}`,
    { details: { store, first } },
  );
}

/** Each reads a store from end to end, and all other writes wait for the whole transaction. */
function checkScans(got: number): void {
  if (got <= scansMax) return;
  throw new AhnlichError(
    "LIMIT_EXCEEDED",
    `a transaction has at most ${scansMax} writes by { where } or { all }, this is one more`,
    { details: { bound: scansMax, got } },
  );
}

function isScan(write: CheckedWrite): boolean {
  return write.kind !== "set" && write.target.kind !== "ids";
}

function entriesOf(write: CheckedWrite): number {
  if (write.kind === "set") return write.entries.length;
  return write.target.kind === "ids" ? write.target.ids.length : 0;
}

const scansMax = 100;
