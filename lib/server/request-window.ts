import { LateCallOptions } from "../handles/late-call-options.js";
import { AhnlichError, toAhnlichError } from "../model/errors.js";
import type { CallOptions } from "../model/options.js";
import type { Query } from "../model/query.js";
import { identityOfNumber, type WriteIdentity } from "../model/write-identity.js";
import { encodeAnswer } from "../protocol/answer-codec.js";
import type { FailureMessage, RequestMessage, ResponseMessage } from "../protocol/message.js";
import { decodeQuery } from "../protocol/query-codec.js";
import { RequestTable } from "./request-table.js";

/** Executes a query; may throw at once. */
export type Execute = (query: Query, options: CallOptions) => Promise<unknown>;

/**
 * The requests of one connection that are in flight. Each is answered once, as it ends; whatever
 * goes wrong with one is its own failure and nobody else's.
 */
export class RequestWindow {
  readonly #execute: Execute;
  readonly #write: (message: ResponseMessage | FailureMessage) => void;
  readonly #requests = new RequestTable();

  /** `write` sends an answer and never throws. */
  constructor(execute: Execute, write: (message: ResponseMessage | FailureMessage) => void) {
    this.#execute = execute;
    this.#write = write;
  }

  get size(): number {
    return this.#requests.size;
  }

  /** @throws PROTOCOL_ERROR when a request of this id is in flight. */
  begin(message: RequestMessage, clientId: string): void {
    const { id } = message;
    if (this.#requests.get(id) !== undefined) {
      throw new AhnlichError("PROTOCOL_ERROR", "a request of this id is in flight already");
    }
    const options = new LateCallOptions(message.timeoutMs, identityOf(message, clientId));
    this.#requests.set(id, options);
    try {
      const query = decodeQuery(message.query);
      this.#execute(query, options).then(
        (answer) => this.#answer(id, options, query, answer),
        (error: unknown) => this.#fail(id, options, error),
      );
    } catch (error) {
      this.#fail(id, options, error);
    }
  }

  /** A request that is over or never was is no error: its answer may have crossed the cancel. */
  cancel(id: number): void {
    this.#requests.get(id)?.abort();
  }

  /** Lets go of all: their signals are aborted, their answers go nowhere. */
  abandon(): void {
    for (const options of this.#requests.drain()) options.abort();
  }

  #answer(id: number, options: LateCallOptions, query: Query, answer: unknown): void {
    if (this.#requests.get(id) !== options) return;
    let bytes: Uint8Array;
    try {
      bytes = encodeAnswer(query, answer as never);
    } catch (error) {
      this.#fail(id, options, error);
      return;
    }
    this.#requests.delete(id);
    this.#write({ kind: "response", id, answer: bytes });
  }

  #fail(id: number, options: LateCallOptions, thrown: unknown): void {
    if (this.#requests.get(id) !== options) return;
    this.#requests.delete(id);
    this.#write({ kind: "failure", id, error: toAhnlichError(thrown) });
  }
}

/** A key that the caller chose wins over the number that its client gave. */
function identityOf(
  { idempotencyKey: key, write }: RequestMessage,
  clientId: string,
): WriteIdentity | undefined {
  if (key !== undefined) return { scope: "", key };
  return write === undefined ? undefined : identityOfNumber(clientId, write);
}
