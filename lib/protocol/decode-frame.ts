import { AhnlichError } from "../model/errors.js";
import { textBytes } from "../model/text.js";
import { keyBytesMax } from "../model/write-identity.js";
import { readCredentials } from "./credentials.js";
import { EnvelopeReader } from "./envelope-reader.js";
import { errorFromWire } from "./error-codec.js";
import { aliveMsMax, aliveMsMin } from "./keep-alive.js";
import type { AcceptMessage, ConnectMessage, Message, RequestMessage } from "./message.js";
import { messagesPerFrame, messageTypes } from "./message-types.js";

/**
 * The messages in the body of one frame. Queries, answers and parts are views on the body.
 *
 * @throws PROTOCOL_ERROR when an envelope cannot be read: the session is lost then
 */
export function decodeFrame(body: Uint8Array): Message[] {
  const frame = new FrameMessages(body);
  const messages: Message[] = [];
  for (let message = frame.next(); message !== undefined; message = frame.next()) {
    messages.push(message);
  }
  return messages;
}

/** The messages in the body of one frame, each read when it is asked for: a frame may hold much. */
export class FrameMessages {
  readonly #reader: EnvelopeReader;
  readonly #types: ReadonlySet<number> | undefined;
  #read = 0;

  /** @param types of messages that its sender may send; undefined: all */
  constructor(body: Uint8Array, types?: ReadonlySet<number>) {
    this.#reader = new EnvelopeReader(body);
    this.#types = types;
  }

  /**
   * Whether `lookOn` should be called until it is true, before the next message is read, which takes long otherwise.
   *
   * @throws PROTOCOL_ERROR as `next` does
   */
  lookAhead(): boolean {
    return !this.#reader.done && this.#reader.lookAhead();
  }

  /** @throws PROTOCOL_ERROR as `next` does */
  lookOn(): boolean {
    return this.#reader.lookOn();
  }

  /**
   * Undefined behind the last.
   *
   * @throws PROTOCOL_ERROR as `decodeFrame` does
   */
  next(): Message | undefined {
    if (this.#reader.done) return undefined;
    if (this.#read === messagesPerFrame) {
      throw new AhnlichError("PROTOCOL_ERROR", `a frame of more than ${messagesPerFrame} messages`);
    }
    this.#read += 1;
    const message = readMessage(this.#reader, this.#types);
    this.#reader.endArray();
    return message;
  }
}

function readMessage(reader: EnvelopeReader, types: ReadonlySet<number> | undefined): Message {
  reader.beginArray();
  const type = reader.uint();
  // Before anything is made of the rest of it.
  if (types?.has(type) === false) throw noSuchMessage(type);
  switch (type) {
    case messageTypes.request:
      return readRequest(reader);
    case messageTypes.response:
      return { kind: "response", id: reader.id(), answer: reader.value() };
    case messageTypes.failure:
      return { kind: "failure", id: reader.id(), error: errorFromWire(reader.decoded()) };
    case messageTypes.part: {
      const id = reader.id();
      return { kind: "part", id, last: reader.boolean(), bytes: reader.binary() };
    }
    case messageTypes.cancel:
      return { kind: "cancel", id: reader.id() };
    case messageTypes.connect:
      return readConnect(reader);
    case messageTypes.accept:
      return readAccept(reader);
    case messageTypes.refuse:
      return { kind: "refuse", error: errorFromWire(reader.decoded()) };
    case messageTypes.goaway:
      return { kind: "goaway", reason: reader.text() };
    case messageTypes.disconnect:
      return { kind: "disconnect" };
    case messageTypes.alive:
      return { kind: "alive" };
    default:
      throw noSuchMessage(type);
  }
}

function noSuchMessage(type: number): AhnlichError {
  return new AhnlichError("PROTOCOL_ERROR", `no message here has the type ${type}`);
}

function readRequest(reader: EnvelopeReader): RequestMessage {
  const id = reader.id();
  const query = reader.query();
  if (reader.left === 0) return { kind: "request", id, query };
  const header = reader.decoded();
  if (!isMap(header)) return { kind: "request", id, query };
  const timeoutMs = fieldOf(header, "timeoutMs", isTimeout, "an integer from 1 to 2^31 - 1");
  const idempotencyKey = fieldOf(header, "idempotencyKey", isKey, "a text of 1 to 256 bytes");
  const write = fieldOf(header, "write", isNumbers, "two integers from 1 to 2^48 - 1");
  return {
    ...{ kind: "request", id, query },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(write === undefined ? {} : { write: { number: write[0], settled: write[1] } }),
  };
}

/** A field of a header; undefined where there is none, or nil. */
function fieldOf<T>(
  header: Record<string, unknown>,
  name: string,
  is: (value: unknown) => value is T,
  expected: string,
): T | undefined {
  const value = Object.hasOwn(header, name) ? header[name] : null;
  if (value === null) return undefined;
  if (is(value)) return value;
  throw new AhnlichError("PROTOCOL_ERROR", `${name}: expected ${expected}`);
}

function isTimeout(value: unknown): value is number {
  return isWhole(value) && value >= 1 && value < 2 ** 31;
}

function isNumbers(value: unknown): value is [number, number] {
  if (!Array.isArray(value) || value.length !== 2) return false;
  return value.every((each) => isWhole(each) && each >= 1 && each < 2 ** 48);
}

function isKey(value: unknown): value is string {
  if (typeof value !== "string") return false;
  const bytes = textBytes(value);
  return bytes >= 1 && bytes <= keyBytesMax;
}

function readConnect(reader: EnvelopeReader): ConnectMessage {
  const name = reader.text();
  const version = reader.text();
  const clientId = reader.text();
  if (clientId.length < 1 || clientId.length > 64) {
    throw new AhnlichError("PROTOCOL_ERROR", "connect: expected a client id of 1 to 64 characters");
  }
  const credentials = reader.left === 0 ? undefined : readCredentials(reader.decoded());
  const message = { kind: "connect", name, version, clientId } as const;
  return credentials === undefined ? message : { ...message, credentials };
}

function readAccept(reader: EnvelopeReader): AcceptMessage {
  const fields = reader.decoded();
  if (isMap(fields)) {
    const { version, inFlight, waiting, aliveMs } = fields;
    if (typeof version === "string" && isWhole(inFlight) && inFlight >= 1) {
      return {
        ...{ kind: "accept", version, inFlight },
        ...(isWhole(waiting) && waiting >= 0 ? { waiting } : {}),
        ...(isPeriod(aliveMs) ? { aliveMs } : {}),
      };
    }
  }
  throw new AhnlichError("PROTOCOL_ERROR", "accept: expected a map with version and inFlight");
}

function isPeriod(value: unknown): value is number {
  return isWhole(value) && value >= aliveMsMin && value <= aliveMsMax;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
