import { randomBytes } from "node:crypto";
import type { Executor } from "../handles/executor.js";
import { AhnlichError, closedError, toAhnlichError } from "../model/errors.js";
import type { CallOptions } from "../model/options.js";
import type { Query } from "../model/query.js";
import { Backoff } from "./backoff.js";
import { CallQueue } from "./call-queue.js";
import type { CheckedConnectOptions } from "./connect-options.js";
import type { Connection, ConnectionOwner, Introduction } from "./connection.js";
import { openConnection, type Target } from "./dialer.js";
import { makeCall, type PendingCall } from "./pending-call.js";
import { type DialOwner, isHopeless, Redialler } from "./redialler.js";
import type { ConnectionStatus } from "./remote-engine.js";
import { StatusFeed } from "./status-feed.js";
import { WriteNumbers } from "./write-numbers.js";

/** What tells one pool from another beside its caller's options. */
export interface PoolSettings {
  /** How long to wait between attempts to connect. */
  readonly backoff: Backoff;
  /** How often a call may lose its connection before it is given up. */
  readonly lossesMax: number;
  /** Whether a call that a leaving server refused goes to the next. */
  readonly movesOn: boolean;
  /** Whether a write without a key is numbered, so that it may be repeated too. */
  readonly numbersWrites: boolean;
}

/**
 * Executes queries over connections that are opened as they are needed, the least loaded first. When
 * all are lost it goes on trying the targets in their order; calls wait for that as long as a
 * connection may take to open. What was sent is repeated on another connection only when it is a read, or a write
 * with an idempotency key or a number.
 */
export class ConnectionPool implements Executor, ConnectionOwner, DialOwner {
  readonly closed: Promise<Error | undefined>;
  readonly #options: CheckedConnectOptions;
  readonly #introduction: Introduction;
  readonly #settings: PoolSettings;
  readonly #queue = new CallQueue();
  readonly #feed = new StatusFeed();
  readonly #numbers: WriteNumbers | undefined;
  readonly #redialler: Redialler;
  /** Those that take calls. */
  readonly #open: Connection[] = [];
  /** All that are not closed, with where they lead. */
  readonly #all = new Map<Connection, Target>();
  #waitTimer: NodeJS.Timeout | undefined;
  /** Why there is no connection. */
  #lastError: AhnlichError | undefined;
  #closing: Promise<void> | undefined;
  #settle: () => void = () => {};
  #onChange: (() => void) | undefined;

  constructor(
    targets: readonly [Target, ...Target[]],
    options: CheckedConnectOptions,
    settings: Partial<PoolSettings> = {},
  ) {
    this.#settings = { ...standardSettings(), ...settings };
    this.#numbers = settings.numbersWrites ? new WriteNumbers() : undefined;
    this.#redialler = new Redialler(targets, this, this.#settings.backoff);
    this.#options = options;
    this.#introduction = { name: options.name, clientId: randomBytes(16).toString("hex") };
    this.closed = new Promise((resolve) => {
      this.#settle = () => resolve(undefined);
    });
  }

  /** Opens the first connection. @throws why the last of the targets could not be reached */
  open(): Promise<void> {
    return this.#redialler.open();
  }

  /** Opens a connection when it can, again and again. */
  start(): void {
    this.#recover();
  }

  /** Lets go of all connections; what they carry goes over others. */
  dropAll(): void {
    for (const connection of [...this.#all.keys()]) connection.drop();
  }

  execute(query: Query, options?: CallOptions): Promise<unknown> {
    if (this.#closing !== undefined) throw closedError("the client");
    const call = makeCall(query, options?.idempotencyKey);
    const answered = new Promise((resolve, reject) => {
      call.resolve = resolve;
      call.reject = reject;
    });
    if (this.#numbers !== undefined) call.numberBy(this.#numbers);
    if (options !== undefined) call.watch(options, (given) => this.#abandon(given));
    if (!call.settled) this.#dispatch(call);
    return answered;
  }

  status(): AsyncIterableIterator<ConnectionStatus> {
    return this.#feed.read();
  }

  close(options: { timeoutMs?: number | undefined } = {}): Promise<void> {
    this.#closing ??= this.#close(options.timeoutMs ?? closeTimeoutMs);
    return this.#closing;
  }

  released(connection: Connection): void {
    while (this.#queue.size > 0 && connection.room > 0) {
      const call = this.#queue.shift();
      if (call !== undefined) this.#sendQueued(connection, call);
    }
    this.#onChange?.();
  }

  failed(call: PendingCall, error: AhnlichError): void {
    if (!this.#settings.movesOn || error.code !== "SHUTTING_DOWN" || call.settled) {
      call.refuse(error);
      return;
    }
    call.connection = undefined;
    this.#dispatch(call);
  }

  leaving(connection: Connection): void {
    this.#remove(connection);
    this.#recover();
  }

  lost(connection: Connection, calls: PendingCall[], reason: Error | undefined): void {
    const target = this.#all.get(connection);
    this.#all.delete(connection);
    this.#remove(connection);
    for (const call of calls) {
      if (!call.settled) this.#repeat(call, connection.wasSent(call), reason);
    }
    if (target !== undefined) {
      this.#publish({ kind: "disconnected", address: target.address }, reason);
      this.#recover();
    }
    this.#onChange?.();
  }

  trying(target: Target): void {
    this.#publish({ kind: "reconnecting", address: target.address });
  }

  async dial(target: Target, signal: AbortSignal): Promise<void> {
    const timeoutMs = this.#options.connectTimeoutMs;
    const connection = await openConnection(target, this, this.#introduction, {
      ...{ timeoutMs, signal },
    });
    if (this.#closing !== undefined) {
      connection.drop();
      return;
    }
    if (!connection.isOpen) throw connection.fault;
    this.#all.set(connection, target);
    this.#open.push(connection);
    clearTimeout(this.#waitTimer);
    this.#waitTimer = undefined;
    this.#publish({ kind: "connected", address: target.address });
    this.released(connection);
  }

  attempted(failure?: AhnlichError): void {
    if (failure !== undefined) {
      this.#lastError = failure;
      // Waiting does not help here: the calls are told at once.
      if (isHopeless(failure)) this.#failWaiting(Number.POSITIVE_INFINITY);
    }
    this.#recover();
  }

  #dispatch(call: PendingCall): void {
    // Those that wait for changes have places of their own, and stand behind nobody.
    const isFree = this.#queue.size === 0 || call.waits;
    const connection = isFree ? this.#leastLoaded(call) : undefined;
    if (connection !== undefined) {
      if (connection.busy >= growInFlight || connection.blocked) this.#grow();
      this.#send(connection, call);
      return;
    }
    try {
      if (call.waits && this.#open.length > 0) throw tooManyWait();
      this.#queue.push(call);
    } catch (error) {
      call.lose(toAhnlichError(error));
      return;
    }
    if (this.#open.length === 0) this.#boundWaiting();
    else this.#grow();
  }

  #send(connection: Connection, call: PendingCall): void {
    try {
      connection.send(call);
    } catch (error) {
      call.fail(error);
    }
  }

  /** One that waits for changes is not to stand before those behind it. */
  #sendQueued(connection: Connection, call: PendingCall): void {
    if (!call.waits) this.#send(connection, call);
    else if (this.#closing !== undefined) call.fail(closedError("the client"));
    else if (connection.roomFor(call) === 0) call.fail(tooManyWait());
    else this.#send(connection, call);
  }

  /** The one with the most room for such a call. */
  #leastLoaded(call: PendingCall): Connection | undefined {
    let least: Connection | undefined;
    let most = 0;
    for (const connection of this.#open) {
      const room = connection.roomFor(call);
      if (room > most) [least, most] = [connection, room];
    }
    return least;
  }

  /** Its caller has given it up: it is settled. */
  #abandon(call: PendingCall): void {
    if (call.connection !== undefined) call.connection.cancel(call);
    else if (call.queuedAt > 0) this.#queue.forget(call);
  }

  /** What becomes of a call whose connection is gone. */
  #repeat(call: PendingCall, sent: boolean, cause: Error | undefined): void {
    call.connection = undefined;
    if (sent) call.losses += 1;
    if (sent && !call.repeatable) {
      const sentence = "the connection ended after the write was sent, before its answer came";
      call.fail(new AhnlichError("OUTCOME_UNKNOWN", sentence, { cause }));
    } else if (this.#closing !== undefined) {
      call.lose(closedError("the client"));
    } else if (call.losses > this.#settings.lossesMax) {
      const sentence = `the connection ended ${call.losses} times before the answer came`;
      call.lose(new AhnlichError("CONNECTION_LOST", sentence, { cause }));
    } else {
      this.#dispatch(call);
    }
  }

  #remove(connection: Connection): void {
    const at = this.#open.indexOf(connection);
    if (at >= 0) this.#open.splice(at, 1);
  }

  /** One more connection beside those that are busy. */
  #grow(): void {
    const full = this.#open.length >= this.#options.connections;
    if (!full && this.#closing === undefined) this.#redialler.grow();
  }

  /** With no connection left, opens another, again and again, until there is one. */
  #recover(): void {
    if (this.#open.length > 0 || this.#closing !== undefined) return;
    if (this.#queue.size > 0) this.#boundWaiting();
    this.#redialler.recover();
  }

  /** Calls wait for a connection only so long. */
  #boundWaiting(): void {
    if (this.#waitTimer !== undefined) return;
    const { connectTimeoutMs } = this.#options;
    this.#waitTimer = setTimeout(() => {
      this.#waitTimer = undefined;
      this.#failWaiting(performance.now() - connectTimeoutMs);
      if (this.#queue.size > 0 && this.#open.length === 0) this.#boundWaiting();
    }, connectTimeoutMs);
  }

  /** Fails the calls that have waited since then or longer. */
  #failWaiting(since: number): void {
    const cause = this.#lastError;
    const sentence = "there is no connection to the server";
    const lost = new AhnlichError("CONNECTION_LOST", sentence, { cause });
    const error = cause !== undefined && isHopeless(cause) ? cause : lost;
    for (const call of this.#queue.takeSince(since)) call.lose(error);
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#redialler.end();
    const deadline = performance.now() + timeoutMs;
    for (const connection of this.#all.keys()) connection.endWaiting(closedError("the client"));
    if (this.#all.size > 0) await this.#until(deadline, () => this.#idle);
    clearTimeout(this.#waitTimer);
    for (const call of this.#queue.takeSince(Number.POSITIVE_INFINITY)) {
      call.lose(closedError("the client"));
    }
    for (const connection of [...this.#open]) if (connection.inFlight === 0) connection.leave();
    const goodbye = Math.min(deadline, performance.now() + goodbyeMs);
    await this.#until(goodbye, () => this.#all.size === 0);
    for (const connection of [...this.#all.keys()]) connection.drop();
    this.#feed.end();
    this.#settle();
  }

  get #idle(): boolean {
    if (this.#queue.size > 0 && this.#open.length > 0) return false;
    for (const connection of this.#all.keys()) if (connection.inFlight > 0) return false;
    return true;
  }

  /** Waits until it is so, or until the deadline. */
  async #until(deadline: number, condition: () => boolean): Promise<void> {
    const remaining = deadline - performance.now();
    if (condition() || remaining <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, remaining);
      this.#onChange = () => {
        if (!condition()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#onChange = undefined;
  }

  #publish(status: Exclude<ConnectionStatus, { kind: "closed" }>, reason?: Error): void {
    this.#feed.publish(reason === undefined ? status : { ...status, reason });
  }
}

function standardSettings(): PoolSettings {
  return { backoff: new Backoff(), lossesMax, movesOn: false, numbersWrites: false };
}

function tooManyWait(): AhnlichError {
  return new AhnlichError("BUSY", "as many calls wait for changes as may");
}

const closeTimeoutMs = 10_000;
/** How long the server may take to close when it was told goodbye. */
const goodbyeMs = 1_000;
/** Requests in flight on the least loaded connection from which on another one is opened. */
const growInFlight = 128;
/** How often what may be repeated may lose its connection before it is given up. */
const lossesMax = 2;
