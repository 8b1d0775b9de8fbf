import type { ClientInfo } from "../model/answers.js";
import { AhnlichError, type ErrorCode, toAhnlichError } from "../model/errors.js";
import type { CallOptions } from "../model/options.js";
import type { Query } from "../model/query.js";
import { packageVersion } from "../model/version.js";
import { FrameWriter } from "../protocol/frame-writer.js";
import { aliveMinor, aliveMsMin, KeepAlive } from "../protocol/keep-alive.js";
import type {
  ConnectMessage,
  FailureMessage,
  Message,
  ResponseMessage,
} from "../protocol/message.js";
import { Outbox } from "../transport/outbox.js";
import type { Transport } from "../transport/transport.js";
import type { ClientConnection, ConnectedClient } from "./client-list.js";
import { Greeting } from "./greeting.js";
import { Intake, type Receiver } from "./intake.js";
import type { Identity } from "./login.js";
import { type Moment, Patience } from "./patience.js";
import { RequestWindow } from "./request-window.js";
import { type SessionSettings, strangerFrameBytes } from "./session-settings.js";
import type { Trouble } from "./trouble.js";

/** What a session asks of its server. */
export interface SessionHost {
  /**
   * Who the client is; undefined at once where the server does not ask.
   *
   * @throws the error that the client is refused with
   */
  prove(message: ConnectMessage, transport: Transport): Promise<Identity> | undefined;
  /** @throws the error that the client is refused with. */
  enter(message: ConnectMessage, session: Session): ConnectedClient;
  execute(query: Query, options: CallOptions, session: Session): Promise<unknown>;
  /** Something befell a session that its server's owner may want to know. */
  troubled(kind: Trouble["kind"], peer: string): void;
  /** The session is over and holds nothing any more. */
  ended(session: Session): void;
}

/**
 *   greeting --hello--> meeting --connect--> proving --> open --goaway, disconnect--> leaving --> closed
 *       \__________________\___________________\___________\____________ deaf ___________/
 *
 * A deaf session has lost its framing or was refused: it reads no more, and is closed as soon as
 * its last words are sent.
 */
type Status = "greeting" | "meeting" | "proving" | "open" | "leaving" | "deaf" | "closed";

/** The server's end of one connection. Nothing that comes from the peer can make it throw. */
export class Session implements ClientConnection, Receiver {
  readonly #transport: Transport;
  readonly #host: SessionHost;
  readonly #settings: SessionSettings;
  readonly #greeting: Greeting;
  readonly #intake: Intake = new Intake(this);
  readonly #writer = new FrameWriter(strangerFrameBytes);
  readonly #outbox: Outbox;
  readonly #requests: RequestWindow;
  #status: Status = "greeting";
  #identity: Identity | undefined;
  #client: ConnectedClient | undefined;
  readonly #patience: Patience;
  /** Whether what is being read was more than a sign of life. */
  #isUsed = false;
  #isReading = false;
  #minor = 0;
  #keepAlive: KeepAlive | undefined;
  /** When there was nothing left to answer; the peer has `lingerMs` from then. */
  #leavingSince: number | undefined;
  #saidGoodbye = false;
  #refusal: AhnlichError | undefined;
  #resume: (() => void) | undefined;

  constructor(transport: Transport, host: SessionHost, settings: SessionSettings) {
    this.#transport = transport;
    this.#patience = new Patience(settings, transport.begun ?? performance.now());
    this.#greeting = new Greeting(transport, settings.maxFrameBytes);
    this.#host = host;
    this.#settings = settings;
    this.#outbox = new Outbox(transport, this.#writer, () => this.#progress());
    this.#requests = new RequestWindow(
      (query, options) => this.#execute(query, options),
      (message) => this.#answer(message),
      settings,
    );
  }

  get peer(): string {
    return this.#transport.peer;
  }

  get bytesIn(): number {
    return this.#transport.bytesIn;
  }

  get bytesOut(): number {
    return this.#transport.bytesOut;
  }

  get inFlight(): number {
    return this.#requests.size;
  }

  get takesAnswers(): boolean {
    return this.#outbox.queuedBytes <= this.#settings.queuedBytesMax;
  }

  get touched(): number {
    return this.#patience.touched;
  }

  get entered(): ConnectedClient | undefined {
    return this.#client;
  }

  /** Whom it speaks for; undefined where the server does not ask. */
  get identity(): Identity | undefined {
    return this.#identity;
  }

  get client(): ClientInfo | undefined {
    return this.#client?.report();
  }

  /** Serves the peer to the end; never rejects. */
  async run(): Promise<void> {
    const end = () => this.#end();
    void this.#transport.closed.then(end, end);
    try {
      for await (const chunk of this.#transport) {
        this.#keepAlive?.heard();
        this.#isReading = true;
        await this.#read(chunk);
        this.#isReading = false;
        if (this.#isUsed) this.#patience.touched = performance.now();
        this.#isUsed = false;
      }
    } catch (error) {
      this.#giveUp(toAhnlichError(error));
    }
    // After a goodbye the answers may still be read; otherwise nobody waits for them.
    if (this.#saidGoodbye && this.#requests.size > 0) return;
    this.#requests.abandon();
    await this.#close();
  }

  /** Takes no new requests, answers what is in flight, then closes. */
  leave(refusal: AhnlichError): void {
    if (this.#status === "open") {
      this.#status = "leaving";
      this.#refusal = refusal;
      this.#write({ kind: "goaway", reason: refusal.message });
      this.#requests.endWaiting(refusal);
      this.#progress();
    } else if (this.#status === "meeting" || this.#status === "proving") {
      this.#giveUp(refusal);
    } else if (this.#status === "greeting") {
      // There is no word for it yet.
      this.drop();
    }
  }

  /** Lets go of everything at once, whatever the peer does. */
  drop(): void {
    this.#end();
    void this.#hangUp();
  }

  /** Closes what took too long; called now and then. */
  tick(now: number): void {
    const overdue = this.#patience.overdueAt(now, this.#moment);
    if (overdue === "taking") this.#dropAs("slow_consumer");
    else if (overdue === "greeting" && this.#status === "deaf") this.drop();
    else if (overdue === "greeting") this.#giveUpSlow("TIMEOUT", "the handshake took too long");
    else if (overdue === "frame") this.#giveUpSlow("PROTOCOL_ERROR", "a frame took too long");
    else if (overdue === "goodbye") void this.#close();
    else if (overdue === "use") this.leave(new AhnlichError("TIMEOUT", "idle for too long"));
    else if (this.#keepAlive !== undefined && !this.isDeaf) this.#lookAlive(now, this.#keepAlive);
  }

  get #moment(): Moment {
    return {
      isStranger: this.#client === undefined,
      blockedSince: this.#outbox.blockedSince,
      partialSince: this.#intake.partialSince,
      leavingSince: this.#leavingSince,
      isIdle: this.#requests.size === 0 && this.#outbox.queuedBytes === 0,
    };
  }

  #lookAlive(now: number, keepAlive: KeepAlive): void {
    // Who is not listened to may have said much.
    if (this.#isReading) keepAlive.heard();
    const beat = keepAlive.look(now, this.#outbox.turn);
    if (beat === "lost") this.#dropAs("silent");
    else if (beat === "speak" && this.#outbox.queuedBytes === 0) this.#write({ kind: "alive" });
  }

  #dropAs(trouble: Trouble["kind"]): void {
    this.#host.troubled(trouble, this.peer);
    this.drop();
  }

  #giveUpSlow(code: ErrorCode, sentence: string): void {
    this.#host.troubled("slow_sender", this.peer);
    this.#giveUp(new AhnlichError(code, sentence));
  }

  async #read(chunk: Uint8Array): Promise<void> {
    let bytes: Uint8Array | undefined = chunk;
    try {
      if (this.#status === "greeting") bytes = this.#greet(chunk);
      if (bytes === undefined || bytes.length === 0 || this.isDeaf) return;
      await this.#intake.take(bytes);
    } catch (error) {
      this.#giveUp(toAhnlichError(error));
    }
  }

  /** The bytes behind the hello once it is there. */
  #greet(chunk: Uint8Array): Uint8Array | undefined {
    const greeted = this.#greeting.push(chunk);
    if (greeted === undefined) return undefined;
    if (greeted === "refused") {
      void this.#close();
      return undefined;
    }
    this.#status = "meeting";
    this.#minor = greeted.hello.minor;
    this.#writer.maxFrameBytes = greeted.hello.maxFrameBytes;
    return greeted.rest;
  }

  receive(message: Message): Promise<void> | undefined {
    if (message.kind !== "alive") this.#isUsed = true;
    if (this.#status === "meeting" && message.kind === "connect") {
      this.#meet(message);
    } else if (this.#client === undefined) {
      throw unexpected();
    } else if (message.kind === "alive") {
      return undefined;
    } else if (message.kind === "request") {
      if (this.#saidGoodbye) throw unexpected();
      if (this.#refusal === undefined) return this.#requests.begin(message, this.#client);
      this.#write({ kind: "failure", id: message.id, error: this.#refusal });
    } else if (message.kind === "cancel") {
      this.#requests.cancel(message.id);
    } else if (message.kind === "disconnect") {
      this.#saidGoodbye = true;
      this.#status = "leaving";
      this.#progress();
    } else {
      throw unexpected();
    }
    return undefined;
  }

  #meet(message: ConnectMessage): void {
    const proving = this.#host.prove(message, this.#transport);
    if (proving === undefined) {
      this.#accept(message, undefined);
      return;
    }
    this.#status = "proving";
    proving.then(
      (identity) => this.#accept(message, identity),
      (error) => this.#giveUp(toAhnlichError(error)),
    );
  }

  #accept(message: ConnectMessage, identity: Identity | undefined): void {
    if (this.isDeaf) return;
    this.#identity = identity;
    try {
      this.#client = this.#host.enter(message, this);
    } catch (error) {
      this.#giveUp(toAhnlichError(error));
      return;
    }
    this.#status = "open";
    this.#intake.maxFrameBytes = this.#settings.maxFrameBytes;
    const { inFlightMax: inFlight, waitingMax: waiting } = this.#settings;
    const aliveMs = this.#beginKeepAlive();
    this.#write({ kind: "accept", version: packageVersion, inFlight, waiting, aliveMs });
  }

  /** How often each end is to be heard of; undefined where they need not, or the client does not know of it. */
  #beginKeepAlive(): number | undefined {
    const { keepAliveMs } = this.#settings;
    if (keepAliveMs === 0 || this.#minor < aliveMinor) return undefined;
    const aliveMs = Math.max(aliveMsMin, keepAliveMs);
    this.#keepAlive = new KeepAlive(aliveMs, performance.now());
    return aliveMs;
  }

  #execute(query: Query, options: CallOptions): Promise<unknown> {
    return this.#host.execute(query, options, this);
  }

  #answer(message: ResponseMessage | FailureMessage): void {
    if (this.isDeaf) return;
    try {
      this.#writer.write(message);
    } catch {
      // The sentence or details of an error can be too long for the peer's frames.
      const error = new AhnlichError("INTERNAL", "the error of this request cannot be sent");
      this.#writer.write({ kind: "failure", id: message.id, error });
    }
    this.#outbox.wake();
    if (this.#resume !== undefined || this.#status === "leaving") this.#progress();
  }

  #write(message: Message): void {
    this.#writer.write(message);
    this.#outbox.wake();
  }

  get isDeaf(): boolean {
    return this.#status === "deaf" || this.#status === "closed";
  }

  get hasRoom(): boolean {
    return this.#requests.hasRoom && this.takesAnswers;
  }

  room(): Promise<void> {
    this.#outbox.flush();
    if (this.hasRoom || this.isDeaf) return Promise.resolve();
    return new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  /** Something was answered or taken by the peer: reading may go on, leaving may be over. */
  #progress(): void {
    if (this.hasRoom || this.isDeaf) {
      this.#resume?.();
      this.#resume = undefined;
    }
    if (this.#status !== "leaving" || this.#requests.size > 0) return;
    if (this.#saidGoodbye) void this.#close();
    else this.#leavingSince ??= performance.now();
  }

  /** The session cannot go on: the peer is told why in one message, and it is closed. */
  #giveUp(error: AhnlichError): void {
    if (this.isDeaf) return;
    if (this.#status === "greeting") {
      this.#greeting.refuse();
      void this.#close();
      return;
    }
    this.#status = "deaf";
    this.#requests.abandon();
    const told = error.code === "PROTOCOL_ERROR" ? unexpected() : error;
    this.#write({ kind: "refuse", error: told });
    this.#progress();
    void this.#close();
  }

  async #close(): Promise<void> {
    if (this.#status !== "closed") {
      this.#status = "deaf";
      this.#progress();
      await this.#outbox.drained();
    }
    await this.#hangUp();
    this.#end();
  }

  /** A transport that cannot even be closed is a fault of its own, not of the session. */
  async #hangUp(): Promise<void> {
    try {
      await this.#transport.close();
    } catch {}
  }

  #end(): void {
    if (this.#status === "closed") return;
    this.#status = "closed";
    this.#requests.abandon();
    this.#outbox.stop();
    this.#progress();
    this.#host.ended(this);
  }
}

/** The one answer to bytes that are not of the protocol, whatever they were. */
function unexpected(): AhnlichError {
  return new AhnlichError("PROTOCOL_ERROR", "the bytes are not of the protocol");
}
