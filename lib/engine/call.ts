import { LateCallOptions, type WaitForTurn } from "../handles/late-call-options.js";
import { onAbort } from "../model/abort-listeners.js";
import { AhnlichError } from "../model/errors.js";
import type { CallOptions } from "../model/options.js";
import type { WriteIdentity } from "../model/write-identity.js";

/** One call under way: when it is given up, `signal` is aborted with an ABORTED or TIMEOUT error as its reason. */
export interface Call {
  readonly signal: AbortSignal | undefined;
  /** Whether it was given up, for those who do not wait: the signal need not be made for them. */
  readonly aborted: boolean;
  /** Of the write that is asked for, where it may be repeated. */
  readonly identity?: WriteIdentity | undefined;
  /** Of a pipeline: how the member at a place waits for its turn; undefined: it does not wait. */
  readonly turnOf?: ((place: number) => WaitForTurn | undefined) | undefined;
  /** Of an answer that is bounded: so many bytes more are made. @throws LIMIT_EXCEEDED where they are too many */
  takeRoom?(bytes: number): void;
}

/** Runs a call under its options; one without any costs nothing. What `run` throws is a rejection. */
export function underCall<T>(
  options: CallOptions | undefined,
  run: (call: Call) => T | Promise<T>,
): Promise<T> {
  // Its signal says what ours would say, and is made only where something waits for it.
  if (options instanceof LateCallOptions) {
    const { timeoutMs } = options;
    return timeoutMs === undefined ? promised(options, run) : timed(options, timeoutMs, run);
  }
  const { signal, timeoutMs, idempotencyKey: key } = options ?? {};
  const identity = key === undefined ? undefined : { scope: "", key };
  if (signal !== undefined || timeoutMs !== undefined) {
    return limited(signal, timeoutMs, (aborted) => run(new LimitedCall(aborted, identity)));
  }
  return promised(identity === undefined ? unlimited : { ...unlimited, identity }, run);
}

/** The call of one member of a pipeline: given up with it, and its write has an identity of its own. */
export function memberCall(call: Call, place: number): Call {
  const { identity } = call;
  return identity === undefined ? call : new MemberCall(call, { ...identity, member: place });
}

/** @throws the reason, when the call was given up. */
export function checkCall(call: Call): void {
  if (call.aborted) throw call.signal?.reason;
}

/** The promise, unless the call is given up before it settles. */
export function unlessGivenUp<T>(call: Call, promise: Promise<T>): Promise<T> {
  const { signal } = call;
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}

function promised<T>(call: Call, run: (call: Call) => T | Promise<T>): Promise<T> {
  try {
    return Promise.resolve(run(call));
  } catch (error) {
    return Promise.reject(error);
  }
}

async function timed<T>(
  call: LateCallOptions,
  timeoutMs: number,
  run: (call: Call) => T | Promise<T>,
): Promise<T> {
  const timer = setTimeout(() => call.abort(timedOut(timeoutMs)), timeoutMs);
  try {
    return await run(call);
  } finally {
    clearTimeout(timer);
  }
}

async function limited<T>(
  signal: AbortSignal | undefined,
  timeoutMs: number | undefined,
  run: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort(abortedBy(signal));
  if (signal?.aborted) throw abortedBy(signal);
  const forget = signal && onAbort(signal, abort);
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => controller.abort(timedOut(timeoutMs)), timeoutMs);
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
    forget?.();
  }
}

function abortedBy(signal: AbortSignal | undefined): AhnlichError {
  const reason: unknown = signal?.reason;
  if (reason instanceof AhnlichError) return reason;
  return new AhnlichError("ABORTED", "the call was aborted", { cause: reason });
}

function timedOut(timeoutMs: number): AhnlichError {
  return new AhnlichError("TIMEOUT", `the call took longer than its ${timeoutMs} ms`, {
    details: { timeoutMs },
  });
}

class LimitedCall implements Call {
  readonly signal: AbortSignal;
  readonly identity: WriteIdentity | undefined;

  constructor(signal: AbortSignal, identity: WriteIdentity | undefined) {
    this.signal = signal;
    this.identity = identity;
  }

  get aborted(): boolean {
    return this.signal.aborted;
  }
}

class MemberCall implements Call {
  readonly identity: WriteIdentity;
  readonly #whole: Call;

  constructor(whole: Call, identity: WriteIdentity) {
    this.#whole = whole;
    this.identity = identity;
  }

  get signal(): AbortSignal | undefined {
    return this.#whole.signal;
  }

  get aborted(): boolean {
    return this.#whole.aborted;
  }

  takeRoom(bytes: number): void {
    this.#whole.takeRoom?.(bytes);
  }
}

/** One that nobody gives up. */
export const unlimited: Call = { signal: undefined, aborted: false };
