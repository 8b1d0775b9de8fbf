import { LateCallOptions } from "../handles/late-call-options.js";
import { AhnlichError, closedError, toAhnlichError } from "../model/errors.js";
import type { CallOptions } from "../model/options.js";
import { type Query, waitsForChanges } from "../model/query.js";
import { identityOfNumber, scopeOfKeys, type WriteIdentity } from "../model/write-identity.js";
import { encodeAnswer, encodeAnswerGradually } from "../protocol/answer-codec.js";
import type { FailureMessage, RequestMessage, ResponseMessage } from "../protocol/message.js";
import { decodeQuery, decodeQueryGradually } from "../protocol/query-codec.js";
import { longWork } from "./long-work.js";
import { RequestBytes } from "./request-bytes.js";
import { RequestTable } from "./request-table.js";
import type { ServerLimits } from "./server-limits.js";

/** Executes a query; may throw at once. */
export type Execute = (query: Query, options: CallOptions) => Promise<unknown>;

export type WindowLimits = Pick<
  ServerLimits,
  "inFlightMax" | "inFlightBytesMax" | "waitingMax" | "answerBytesMax"
>;

/** Whose writes they are. */
export interface Numbering {
  /** Of the client that numbers its writes. */
  readonly key: string;
  /** Whose the keys are that callers choose; undefined: everybody's. */
  readonly user: string | undefined;
}

/**
 * The requests of one connection that are in flight. Each is answered once, as it ends; whatever
 * goes wrong with one is its own failure and nobody else's.
 */
export class RequestWindow {
  readonly #execute: Execute;
  readonly #write: (message: ResponseMessage | FailureMessage) => void;
  readonly #requests = new RequestTable();
  /** Those that wait for changes: they take nobody's place. */
  readonly #waiting = new Set<LateCallOptions>();
  readonly #bytes = new RequestBytes();
  readonly #limits: WindowLimits;

  /** `write` sends an answer and never throws. */
  constructor(
    execute: Execute,
    write: (message: ResponseMessage | FailureMessage) => void,
    limits: WindowLimits,
  ) {
    this.#execute = execute;
    this.#write = write;
    this.#limits = limits;
  }

  /** Whether there is room for one more, however long it is. */
  get hasRoom(): boolean {
    const { inFlightMax, inFlightBytesMax } = this.#limits;
    return this.busy < inFlightMax && this.#bytes.busy <= inFlightBytesMax;
  }

  get size(): number {
    return this.#requests.size;
  }

  /** Those that are being worked at. */
  get busy(): number {
    return this.#requests.size - this.#waiting.size;
  }

  /**
   * Where it is long a promise of when it has begun: nothing more is to be read before.
   *
   * @throws PROTOCOL_ERROR when a request of this id is in flight.
   */
  begin(message: RequestMessage, asker: Numbering): Promise<void> | undefined {
    const { id } = message;
    if (this.#requests.get(id) !== undefined) {
      throw new AhnlichError("PROTOCOL_ERROR", "a request of this id is in flight already");
    }
    const options = new LateCallOptions(
      message.timeoutMs,
      identityOf(message, asker),
      this.#limits.answerBytesMax,
    );
    this.#requests.set(id, options);
    if (message.query.length > bytesAtOnce) return this.#beginLong(message, options);
    try {
      this.#ask(id, decodeQuery(message.query), options);
    } catch (error) {
      this.#fail(id, options, error);
    }
    return undefined;
  }

  async #beginLong({ id, query: bytes }: RequestMessage, options: LateCallOptions): Promise<void> {
    this.#bytes.add(options, bytes.length);
    try {
      const query = await longWork((turn) => decodeQueryGradually(bytes, turn));
      if (this.#requests.get(id) === options) this.#ask(id, query, options);
    } catch (error) {
      this.#fail(id, options, error);
    }
  }

  #ask(id: number, query: Query, options: LateCallOptions): void {
    if (waitsForChanges(query)) this.#wait(options);
    this.#execute(query, options).then(
      (answer) => this.#answer(id, options, query, answer),
      (error: unknown) => this.#fail(id, options, error),
    );
  }

  /** A request that is over or never was is no error: its answer may have crossed the cancel. */
  cancel(id: number): void {
    this.#requests.get(id)?.abort();
  }

  /** Fails those that wait for changes: whoever asked is to ask elsewhere. */
  endWaiting(error: AhnlichError): void {
    for (const options of this.#waiting) options.abort(error);
  }

  /** Lets go of all: their signals are aborted, their answers go nowhere. */
  abandon(): void {
    for (const options of this.#requests.drain()) options.abort();
    this.#waiting.clear();
    this.#bytes.clear();
  }

  /** @throws BUSY when as many wait as may, or with as many bytes */
  #wait(options: LateCallOptions): void {
    const { waitingMax, inFlightBytesMax } = this.#limits;
    const waiting = this.#waiting.size;
    if (waiting >= waitingMax || this.#bytes.waiting > inFlightBytesMax) throw tooManyWait(waiting);
    this.#waiting.add(options);
    this.#bytes.wait(options);
  }

  #answer(id: number, options: LateCallOptions, query: Query, answer: unknown): void {
    if (this.#requests.get(id) !== options) return;
    if (options.answerBytes > answerBytesAtOnce) {
      void this.#answerLong(id, options, query, answer);
      return;
    }
    let bytes: Uint8Array;
    try {
      bytes = encodeAnswer(query, answer as never);
    } catch (error) {
      this.#fail(id, options, error);
      return;
    }
    this.#forget(id, options);
    this.#write({ kind: "response", id, answer: bytes });
  }

  /** It is in flight until it is encoded; nothing of it is kept when it is abandoned before. */
  async #answerLong(
    id: number,
    options: LateCallOptions,
    query: Query,
    answer: unknown,
  ): Promise<void> {
    try {
      const [first, ...more] = await longWork((turn) =>
        encodeAnswerGradually(query, answer as never, {
          get isOver() {
            return turn.isOver;
          },
          next: async () => {
            await turn.next();
            if (this.#requests.get(id) !== options) throw closedError("the connection");
          },
        }),
      );
      if (this.#requests.get(id) !== options) return;
      this.#forget(id, options);
      this.#write({ kind: "response", id, answer: first, more });
    } catch (error) {
      this.#fail(id, options, error);
    }
  }

  #fail(id: number, options: LateCallOptions, thrown: unknown): void {
    if (this.#requests.get(id) !== options) return;
    this.#forget(id, options);
    this.#write({ kind: "failure", id, error: toAhnlichError(thrown) });
  }

  #forget(id: number, options: LateCallOptions): void {
    this.#requests.delete(id);
    this.#bytes.delete(options);
    if (this.#waiting.size > 0) this.#waiting.delete(options);
  }
}

function tooManyWait(waiting: number): AhnlichError {
  const sentence = `${waiting} requests wait for changes on this connection already`;
  return new AhnlichError("BUSY", sentence, { details: { waiting } });
}

/** Of a query that is decoded in one go. */
const bytesAtOnce = 16 * 1024;
/** Of what an answer is made of that is encoded in one go. */
const answerBytesAtOnce = 128 * 1024;

/** A key that the caller chose wins over the number that its client gave. */
function identityOf(
  { idempotencyKey: key, write }: RequestMessage,
  { key: clientKey, user }: Numbering,
): WriteIdentity | undefined {
  if (key !== undefined) return { scope: scopeOfKeys(user), key };
  return write === undefined ? undefined : identityOfNumber(clientKey, write);
}
