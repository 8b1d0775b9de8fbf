import type { AhnlichError } from "../model/errors.js";
import type { WriteNumber } from "../model/write-identity.js";
import type { Credentials } from "./credentials.js";

/**
 * What one end tells the other; docs/protocol.md gives their bytes. Queries and answers stay as
 * they came, encoded: `encodeQuery`, `decodeQuery`, `encodeAnswer` and `decodeAnswer` are for
 * them, so that a query that cannot be read spoils its own request and not the session.
 */
export type Message =
  | ConnectMessage
  | AcceptMessage
  | RefuseMessage
  | RequestMessage
  | ResponseMessage
  | FailureMessage
  | PartMessage
  | CancelMessage
  | GoawayMessage
  | DisconnectMessage
  | AliveMessage;

/** The first message of a connection, from the client. */
export interface ConnectMessage {
  readonly kind: "connect";
  /** What the client calls itself, for people. */
  readonly name: string;
  /** Of the client's package. */
  readonly version: string;
  /** The same for all connections of one client, and of no other: 1 to 64 characters. */
  readonly clientId: string;
  /** Absent where it has none, or a certificate says who it is. */
  readonly credentials?: Credentials | undefined;
}

/** The server's answer to connect. */
export interface AcceptMessage {
  readonly kind: "accept";
  /** Of the server's package. */
  readonly version: string;
  /** How many requests the server takes at once on this connection. */
  readonly inFlight: number;
  /** How many requests that wait for changes it takes beside them; absent: they count like any other. */
  readonly waiting?: number | undefined;
  /** In every so many milliseconds each end sends something; absent: they need not. */
  readonly aliveMs?: number | undefined;
}

/** The server's other answer to connect, or its last word when the session is lost; it closes after it. */
export interface RefuseMessage {
  readonly kind: "refuse";
  readonly error: AhnlichError;
}

export interface RequestMessage {
  readonly kind: "request";
  /** 1 to 2^32 - 1, chosen by the client, unlike every other request in flight on its connection. */
  readonly id: number;
  /** From `encodeQuery`, for `decodeQuery`. */
  readonly query: Uint8Array;
  /** Milliseconds that the client goes on waiting, 1 to 2^31 - 1. */
  readonly timeoutMs?: number | undefined;
  /** Of the write that is asked for: 1 to 256 bytes. */
  readonly idempotencyKey?: string | undefined;
  /** Of the write that is asked for, where the client numbers its writes. */
  readonly write?: WriteNumber | undefined;
}

export interface ResponseMessage {
  readonly kind: "response";
  readonly id: number;
  /** From `encodeAnswer`, for `decodeAnswer`. */
  readonly answer: Uint8Array;
  /** What follows of one that was encoded in pieces; it arrives as one. */
  readonly more?: readonly Uint8Array[] | undefined;
}

/** The request failed. */
export interface FailureMessage {
  readonly kind: "failure";
  readonly id: number;
  readonly error: AhnlichError;
}

/** A piece of an answer larger than a frame; `FrameWriter` cuts them, `PartJoiner` joins them. */
export interface PartMessage {
  readonly kind: "part";
  readonly id: number;
  readonly last: boolean;
  readonly bytes: Uint8Array;
}

/** The client no longer waits for this request. It is answered all the same, if only with ABORTED. */
export interface CancelMessage {
  readonly kind: "cancel";
  readonly id: number;
}

/** The server takes no new requests on this connection, answers what is in flight, then closes. */
export interface GoawayMessage {
  readonly kind: "goaway";
  readonly reason: string;
}

/** The client sends nothing more; the server answers what is in flight, then closes. */
export interface DisconnectMessage {
  readonly kind: "disconnect";
}

/** Nothing, said so that the other end knows that we are there. */
export interface AliveMessage {
  readonly kind: "alive";
}

export type MessageKind = Message["kind"];
