import { onAbort } from "../model/abort-listeners.js";
import { AhnlichError, type ErrorCode } from "../model/errors.js";
import type { CallOptions } from "../model/options.js";
import { type Query, type QueryKind, rights, waitsForChanges } from "../model/query.js";
import type { WriteNumber } from "../model/write-identity.js";
import { decodeAnswer } from "../protocol/answer-codec.js";
import { encodeQuery, type Refusals } from "../protocol/query-codec.js";
import type { Connection } from "./connection.js";
import type { WriteNumbers } from "./write-numbers.js";

/**
 * A call that is not answered yet: waiting for a connection, or in flight on one. It settles once.
 *
 * Given up by its caller it settles at once: ABORTED or TIMEOUT for a read, and for a write that was
 * not sent; OUTCOME_UNKNOWN for a write that was, on whatever connection.
 */
export class PendingCall {
  readonly kind: QueryKind;
  /** The encoded query: the caller's objects are not looked at again. */
  readonly query: Uint8Array;
  readonly idempotencyKey: string | undefined;
  /** Whether it may wait for seconds, and so takes no place of those that work. */
  readonly waits: boolean;
  /** Where the client numbers its writes. */
  #numbers: WriteNumbers | undefined;
  #number = 0;
  readonly #isRead: boolean;
  readonly #isKept: boolean;
  readonly #isHarmless: boolean;
  /** Where it is in flight; undefined while it waits. */
  connection: Connection | undefined = undefined;
  /** Its request's id there. */
  id = 0;
  /** The turn of the connection's outbox in which it was written. */
  turn = 0;
  /** How often a connection died under it. */
  losses = 0;
  /** When (`performance.now`) it began to wait for a connection. */
  queuedAt = 0;
  settled = false;
  /** When its caller stops waiting; undefined: never. */
  deadline: number | undefined = undefined;
  resolve: (answer: unknown) => void = nothing;
  reject: (error: unknown) => void = nothing;
  /** The members of a pipeline that could not be sent, whose place was kept. */
  readonly #refusals: Refusals | undefined;
  #timer: NodeJS.Timeout | undefined = undefined;
  #stopListening: (() => void) | undefined = undefined;

  constructor(query: Query, bytes: Uint8Array, idempotencyKey?: string, refusals?: Refusals) {
    this.kind = query.kind;
    this.query = bytes;
    this.#refusals = refusals;
    this.waits = waitsForChanges(query);
    this.idempotencyKey = idempotencyKey;
    this.#isRead = isRead(query);
    this.#isHarmless = isEach(query, changesNothing);
    this.#isKept = !this.#isHarmless && isKept(query);
  }

  /** Whether asking twice is as good as asking once. */
  get repeatable(): boolean {
    const isKnown = this.idempotencyKey !== undefined || this.#numbers !== undefined;
    return this.#isHarmless || (isKnown && this.#isKept);
  }

  /** Gives it a number, where it is a write without a key: it can be repeated then. */
  numberBy(numbers: WriteNumbers): void {
    if (!this.#isKept || this.idempotencyKey !== undefined) return;
    this.#numbers = numbers;
    this.#number = numbers.begin();
  }

  /** As it is told to the server. */
  get write(): WriteNumber | undefined {
    return this.#numbers && { number: this.#number, settled: this.#numbers.settled };
  }

  /** Settles the call when its caller gives up, and lets `leave` take it from where it is. */
  watch(options: CallOptions, leave: (call: PendingCall) => void): void {
    const { signal, timeoutMs } = options;
    if (timeoutMs !== undefined) {
      this.deadline = performance.now() + timeoutMs;
      this.#timer = setTimeout(() => this.#giveUp("TIMEOUT", undefined, leave), timeoutMs);
    }
    if (signal === undefined) return;
    const giveUp = () => this.#giveUp("ABORTED", signal.reason, leave);
    if (signal.aborted) giveUp();
    else this.#stopListening = onAbort(signal, giveUp);
  }

  /** @throws PROTOCOL_ERROR when these bytes are no answer to it */
  succeed(bytes: Uint8Array): void {
    if (this.settled) return;
    const answer = decodeAnswer(this.kind, bytes);
    if (this.#refusals !== undefined) putRefusals(answer, this.#refusals);
    this.#settle();
    this.resolve(answer);
  }

  fail(error: unknown): void {
    if (this.settled) return;
    this.#settle();
    this.reject(error);
  }

  /** Fails it with what the server said: where an earlier request for it may have been carried out, that counts too. */
  refuse(error: AhnlichError): void {
    const isOpen = this.losses > 0 && !this.#isRead && undecided.has(error.code);
    this.fail(isOpen ? outcomeUnknown("the write was repeated, and refused", error) : error);
  }

  /** Fails it since there will be no answer: it may have been carried out where it is a write that was sent. */
  lose(error: AhnlichError): void {
    this.fail(
      this.#mayBeApplied ? outcomeUnknown("the write was sent, but not answered", error) : error,
    );
  }

  get #mayBeApplied(): boolean {
    return !this.#isRead && (this.connection !== undefined || this.losses > 0);
  }

  /** Milliseconds until the deadline, at least 1; undefined without one. */
  get remainingMs(): number | undefined {
    if (this.deadline === undefined) return undefined;
    return Math.max(1, Math.ceil(this.deadline - performance.now()));
  }

  #giveUp(code: "ABORTED" | "TIMEOUT", cause: unknown, leave: (call: PendingCall) => void): void {
    if (this.settled) return;
    const sentence = givingUp[code];
    this.fail(
      this.#mayBeApplied
        ? outcomeUnknown(`${sentence} after the write was sent`, cause)
        : new AhnlichError(code, sentence, { cause }),
    );
    leave(this);
  }

  #settle(): void {
    this.settled = true;
    this.#numbers?.end(this.#number);
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#stopListening?.();
  }
}

/** The call that this query is, of which nothing is looked at again. @throws as `encodeQuery` does */
export function makeCall(query: Query, idempotencyKey?: string): PendingCall {
  const refusals: Refusals | undefined = isPipeline(query) ? new Map() : undefined;
  return new PendingCall(query, encodeQuery(query, refusals), idempotencyKey, refusals);
}

/** Whether it changes nothing: reads, and pipelines of nothing else. */
export function isRead(query: Query): boolean {
  return isEach(query, (kind) => rights[kind] === "read");
}

/** Whether the server keeps its answer under its key, or it changes nothing. */
function isKept(query: Query): boolean {
  return isEach(query, (kind) => changesNothing(kind) || keptKinds.has(kind));
}

/** Whether asking twice comes to the same. */
function changesNothing(kind: QueryKind): boolean {
  return rights[kind] === "read" || kind === "compact";
}

function isEach(query: Query, is: (kind: QueryKind) => boolean): boolean {
  if (query.kind !== "pipeline") return is(query.kind);
  const { queries } = query;
  return Array.isArray(queries) && queries.every((each) => isEach(Object(each), is));
}

function outcomeUnknown(sentence: string, cause: unknown): AhnlichError {
  return new AhnlichError("OUTCOME_UNKNOWN", sentence, { cause });
}

function isPipeline(query: Query): boolean {
  return typeof query === "object" && query !== null && query.kind === "pipeline";
}

function putRefusals(outcomes: unknown, refusals: Refusals): void {
  if (!Array.isArray(outcomes)) return;
  for (const [at, error] of refusals) {
    if (at < outcomes.length) outcomes[at] = { ok: false, error };
  }
}

function nothing(): void {}

const givingUp = { ABORTED: "the call was aborted", TIMEOUT: "the deadline passed" } as const;
/** With these a server says that it did not carry a request out, which says nothing of an earlier one. */
const undecided: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(["TIMEOUT", "ABORTED", "BUSY", "CLOSED", "SHUTTING_DOWN", "LOCKED"] as const),
  ...(["READ_ONLY", "DISK_FULL", "IO_ERROR", "INTERNAL"] as const),
]);
const keptKinds: ReadonlySet<QueryKind> = new Set<QueryKind>([
  ...(["createStore", "alterStore", "renameStore", "dropStore", "dropNamespace"] as const),
  ...(["createIndex", "dropIndex", "set", "update", "delete", "transaction"] as const),
]);
