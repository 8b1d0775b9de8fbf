import { AhnlichError, toAhnlichError } from "../model/errors.js";
import { packageVersion } from "../model/version.js";
import type { Credentials } from "../protocol/credentials.js";
import { decodeFrame } from "../protocol/decode-frame.js";
import { FrameReader } from "../protocol/frame-reader.js";
import { FrameWriter } from "../protocol/frame-writer.js";
import {
  checkServerHello,
  clientHello,
  frameBytesMin,
  HelloReader,
} from "../protocol/handshake.js";
import { KeepAlive } from "../protocol/keep-alive.js";
import type { AcceptMessage, Message, PartMessage } from "../protocol/message.js";
import { PartJoiner } from "../protocol/part-joiner.js";
import { Outbox } from "../transport/outbox.js";
import type { Transport } from "../transport/transport.js";
import { InFlightWindow } from "./in-flight-window.js";
import type { PendingCall } from "./pending-call.js";

/** Who connects. */
export interface Introduction {
  readonly name: string;
  /** The same for all connections of one client. */
  readonly clientId: string;
  readonly credentials?: Credentials | undefined;
}

/** What a connection tells its pool. */
export interface ConnectionOwner {
  /** There may be room for another call. */
  released(connection: Connection): void;
  /** The server refuses this call. */
  failed(call: PendingCall, error: AhnlichError): void;
  /** It takes no more calls; those in flight are still answered. */
  leaving(connection: Connection): void;
  /** It is closed; these calls were not answered. */
  lost(connection: Connection, calls: PendingCall[], reason: Error | undefined): void;
}

/** The client's end of one transport: a window of requests in flight. */
export class Connection {
  readonly #transport: Transport;
  readonly #owner: ConnectionOwner;
  readonly #helloReader = new HelloReader();
  readonly #reader = new FrameReader(frameBytesOffered);
  readonly #writer = new FrameWriter(frameBytesMin);
  readonly #joiner: PartJoiner;
  readonly #outbox: Outbox;
  #window = new InFlightWindow(0);
  #status: "opening" | "open" | "leaving" | "closed" = "opening";
  #greeted = false;
  #opened: { resolve: () => void; reject: (error: AhnlichError) => void };
  /** Settles when the server has accepted; rejects with why not. */
  readonly ready: Promise<void>;
  /** Why we closed it. */
  #fault: AhnlichError | undefined;
  #keepAlive: KeepAlive | undefined;
  #looking: NodeJS.Timeout | undefined;
  /** Why the server wants it closed. */
  #farewell: AhnlichError | undefined;

  /** `answerBytes` bounds an answer that comes in parts. */
  constructor(
    transport: Transport,
    owner: ConnectionOwner,
    introduction: Introduction,
    answerBytes: number = answerBytesMax,
  ) {
    this.#joiner = new PartJoiner(answerBytes);
    this.#transport = transport;
    this.#owner = owner;
    this.#outbox = new Outbox(transport, this.#writer, () => this.#progress());
    this.#opened = { resolve: nothing, reject: nothing };
    this.ready = new Promise((resolve, reject) => {
      this.#opened = { resolve, reject };
    });
    this.ready.catch(nothing);
    void this.#transport.closed.then(
      (reason) => this.#end(reason),
      (reason) => this.#end(toAhnlichError(reason)),
    );
    void this.#read(introduction);
  }

  /** Whether it takes calls: the server may have gone in the moment in which it accepted. */
  get isOpen(): boolean {
    return this.#status === "open";
  }

  /** Why it takes no calls. */
  get fault(): AhnlichError {
    return openError(this.#transport.peer, this.#fault ?? this.#farewell);
  }

  /** How many more calls it takes now. */
  get room(): number {
    return this.#takesMore ? this.#window.room : 0;
  }

  /** How many more calls like this one it takes now. */
  roomFor(call: PendingCall): number {
    return this.#takesMore ? this.#window.roomFor(call) : 0;
  }

  /** Calls that the server works at. */
  get busy(): number {
    return this.#window.busy;
  }

  get inFlight(): number {
    return this.#window.size;
  }

  /** Whether the server is slower than we are. */
  get blocked(): boolean {
    return this.#outbox.blockedSince !== undefined;
  }

  /** Whether the call's bytes may have left this process. */
  wasSent(call: PendingCall): boolean {
    return call.turn < this.#outbox.turn;
  }

  /** Sends a call, for which there must be room. @throws LIMIT_EXCEEDED when it is too long for a frame. */
  send(call: PendingCall): void {
    const id = this.#window.add(call);
    try {
      const { query, remainingMs: timeoutMs, idempotencyKey, write } = call;
      this.#writer.write({ kind: "request", id, query, timeoutMs, idempotencyKey, write });
    } catch (error) {
      this.#window.take(id);
      throw error;
    }
    call.connection = this;
    call.id = id;
    call.turn = this.#outbox.turn;
    this.#outbox.wake();
  }

  /** The caller of this call waits no longer; its place is free when the server has answered it. */
  cancel(call: PendingCall): void {
    if (this.#status === "closed") return;
    this.#writer.write({ kind: "cancel", id: call.id });
    this.#outbox.wake();
  }

  /** Gives up the calls that wait for changes. */
  endWaiting(error: AhnlichError): void {
    for (const call of this.#window.waiting()) {
      if (call.settled) continue;
      call.fail(error);
      this.cancel(call);
    }
  }

  /** Takes no more calls, finishes those in flight, says goodbye and closes. */
  leave(): void {
    if (this.#status === "opening") this.drop();
    if (this.#status !== "open") return;
    this.#status = "leaving";
    this.#owner.leaving(this);
    this.#leaveIfDone();
  }

  /** Closes now; what is in flight is lost. */
  drop(fault?: AhnlichError): void {
    this.#fault ??= fault;
    this.#outbox.stop();
    void this.#transport.close().catch(nothing);
    this.#end(undefined);
  }

  async #read(introduction: Introduction): Promise<void> {
    try {
      const sending = this.#transport.send([clientHello(frameBytesOffered)]);
      if (sending !== undefined) await sending;
      for await (const chunk of this.#transport) {
        this.#keepAlive?.heard();
        const bytes = this.#greeted ? chunk : this.#greet(chunk, introduction);
        if (bytes !== undefined && this.#status !== "closed") this.#take(bytes);
      }
      // The server has closed. What the transport knows of the reason comes with its `closed`.
      await this.#transport.close();
    } catch (error) {
      this.drop(toAhnlichError(error));
    }
  }

  #greet(chunk: Uint8Array, introduction: Introduction): Uint8Array | undefined {
    const greeting = this.#helloReader.push(chunk);
    if (greeting === undefined) return undefined;
    const { maxFrameBytes } = checkServerHello(greeting.hello);
    this.#greeted = true;
    this.#writer.maxFrameBytes = maxFrameBytes;
    this.#writer.write({ kind: "connect", version: packageVersion, ...introduction });
    this.#outbox.wake();
    return greeting.rest;
  }

  #take(bytes: Uint8Array): void {
    for (const body of this.#reader.push(bytes)) {
      for (const message of decodeFrame(body)) this.#receive(message);
    }
  }

  #receive(message: Message): void {
    switch (message.kind) {
      case "response":
        this.#answer(this.#window.take(message.id), message.answer);
        return;
      case "failure":
        this.#joiner.drop(message.id);
        this.#owner.failed(this.#window.take(message.id), message.error);
        this.#released();
        return;
      case "part":
        this.#join(message);
        return;
      case "accept":
        this.#accept(message);
        return;
      case "alive":
        return;
      case "refuse":
        throw message.error;
      case "goaway":
        this.#farewell = new AhnlichError("SHUTTING_DOWN", message.reason);
        this.leave();
        return;
      default:
        throw new AhnlichError("PROTOCOL_ERROR", `the server sent a ${message.kind}`);
    }
  }

  #join(part: PartMessage): void {
    const call = this.#window.check(part.id);
    let answer: Uint8Array | undefined;
    try {
      // For an answer that nobody waits for no memory is spent.
      if (call.settled) this.#joiner.drop(part.id);
      else answer = this.#joiner.add(part);
    } catch (error) {
      if (toAhnlichError(error).code !== "LIMIT_EXCEEDED") throw error;
      call.fail(error); // what comes of it yet is passed over
    }
    if (!part.last) return;
    this.#window.take(part.id);
    if (answer === undefined) this.#released();
    else this.#answer(call, answer);
  }

  #answer(call: PendingCall, answer: Uint8Array): void {
    try {
      call.succeed(answer);
    } catch (error) {
      // The frame was whole: what this one answer holds is no reason to lose the others.
      call.fail(error);
    }
    this.#released();
  }

  #accept(message: AcceptMessage): void {
    if (this.#status !== "opening") {
      throw new AhnlichError("PROTOCOL_ERROR", "the server accepted twice");
    }
    const { inFlight, waiting = 0, aliveMs } = message;
    if (aliveMs !== undefined) this.#beginKeepAlive(aliveMs);
    this.#window = new InFlightWindow(
      Math.min(Math.max(1, inFlight), inFlightMax),
      Math.min(waiting, inFlightMax),
    );
    this.#status = "open";
    this.#opened.resolve();
  }

  #beginKeepAlive(aliveMs: number): void {
    const keepAlive = new KeepAlive(aliveMs, performance.now());
    this.#keepAlive = keepAlive;
    this.#looking = setInterval(() => this.#lookAlive(keepAlive), aliveMs / 8);
    this.#looking.unref();
  }

  /** A server whose machine is gone says so no more than one whose network is. */
  #lookAlive(keepAlive: KeepAlive): void {
    const beat = keepAlive.look(performance.now(), this.#outbox.turn);
    if (beat === "lost") {
      const sentence = `nothing was heard any more of ${this.#transport.peer}`;
      this.drop(new AhnlichError("CONNECTION_LOST", sentence));
    } else if (beat === "speak" && this.#outbox.queuedBytes === 0) {
      this.#writer.write({ kind: "alive" });
      this.#outbox.wake();
    }
  }

  get #takesMore(): boolean {
    return this.#status === "open" && this.#outbox.queuedBytes <= queuedBytesMax;
  }

  #released(): void {
    if (this.#status === "leaving") this.#leaveIfDone();
    else this.#owner.released(this);
  }

  #progress(): void {
    this.#owner.released(this);
  }

  #leaveIfDone(): void {
    if (this.#window.size > 0 || this.#status !== "leaving") return;
    this.#writer.write({ kind: "disconnect" });
    this.#outbox.flush();
    void this.#transport.close().catch(nothing);
  }

  #end(reason: Error | undefined): void {
    if (this.#status === "closed") return;
    const fault = this.#fault ?? this.#farewell ?? reason;
    const opening = this.#status === "opening";
    this.#status = "closed";
    clearInterval(this.#looking);
    if (opening) this.#opened.reject(openError(this.#transport.peer, fault));
    const calls = this.#window.drain();
    this.#owner.lost(this, calls, fault);
    this.#outbox.stop();
  }
}

/** Why a connection did not open: what the server said, or that it said nothing. */
function openError(peer: string, fault: Error | undefined): AhnlichError {
  if (fault instanceof AhnlichError) return fault;
  const sentence = `the connection to ${peer} ended before the server accepted it`;
  return new AhnlichError("CONNECTION_LOST", sentence, { cause: fault });
}

function nothing(): void {}

const frameBytesOffered = 16 * 1024 * 1024;
/** Of an answer that comes in parts. */
const answerBytesMax = 256 * 1024 * 1024;
/** Of requests that the server has not taken yet. */
const queuedBytesMax = 4 * 1024 * 1024;
const inFlightMax = 1_024;
