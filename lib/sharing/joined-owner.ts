import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { Backoff } from "../client/backoff.js";
import { ConnectionPool } from "../client/connection-pool.js";
import type { Executor } from "../handles/executor.js";
import { LateCallOptions } from "../handles/late-call-options.js";
import { closedError } from "../model/errors.js";
import type { CallOptions } from "../model/options.js";
import { type Query, waitsForChanges } from "../model/query.js";
import { textBytes } from "../model/text.js";
import { keyBytesMax, type WriteIdentity } from "../model/write-identity.js";
import { within } from "../persistence/within.js";
import type { Transport } from "../transport/transport.js";

/** A way to whoever owns the folder now, found anew for every connection. */
export interface WayIn {
  /** For people. */
  readonly folder: string;
  dial(signal: AbortSignal): Promise<Transport>;
  /** The file of the socket that was dialled last; undefined where there is none. */
  readonly socket: string | undefined;
}

/**
 * The calls of this process that go to the folder's owner. When the owner is gone they go to the next,
 * which may be this process: what may be repeated is. While there are calls they keep the process alive.
 */
export class JoinedOwner implements Executor {
  readonly #way: WayIn;
  readonly #pool: ConnectionPool;
  #inFlight = 0;
  #watch: NodeJS.Timeout | undefined;
  #whenIdle: (() => void)[] = [];
  /** Ends the calls that wait for changes. */
  readonly #waiting = new Set<(reason: Error) => void>();

  constructor(way: WayIn) {
    this.#way = way;
    const target = { address: way.folder, dial: (signal: AbortSignal) => way.dial(signal) };
    const options = {
      connections: 4,
      name: `process ${process.pid}`,
      connectTimeoutMs: patienceMs,
      credentials: {},
      tls: undefined,
      dial: undefined,
    };
    this.#pool = new ConnectionPool([target], options, {
      backoff: new Backoff(5, 500),
      lossesMax: Number.POSITIVE_INFINITY,
      movesOn: true,
      numbersWrites: true,
    });
  }

  /** Connects. @throws why the owner could not be reached */
  open(): Promise<void> {
    return this.#pool.open();
  }

  /** Connects when it can; calls wait for it. */
  start(): void {
    this.#pool.start();
  }

  get closed(): Promise<Error | undefined> {
    return this.#pool.closed;
  }

  execute(query: Query, options?: CallOptions): Promise<unknown> {
    const asked = this.#pool.execute(query, withKey(options));
    const answered = waitsForChanges(query) ? this.#unlessClosed(asked) : asked;
    if (this.#inFlight++ === 0) this.#watch = setInterval(() => this.#look(), watchMs);
    return answered.finally(this.#settled);
  }

  /**
   * Closes when the last of its calls is answered, by the next owner; it takes no more. A former owner that stands
   * still is not waited for.
   */
  async leave(): Promise<void> {
    this.#pool.dropAll();
    await new Promise<void>((resolve) => this.#onIdle(resolve));
    await this.#pool.close();
  }

  /** What waits for changes is ended first: it may wait for longer than anybody would for the rest. */
  async close({ timeoutMs = 10_000 }: { timeoutMs?: number | undefined } = {}): Promise<void> {
    for (const end of this.#waiting) end(closedError());
    const ends = performance.now() + timeoutMs;
    // Not left to the pool, which gives up what waits while it has no connection.
    await within(timeoutMs, new Promise<void>((resolve) => this.#onIdle(resolve)), undefined);
    await this.#pool.close({ timeoutMs: Math.max(0, ends - performance.now()) });
  }

  #unlessClosed(asked: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      void asked.then(resolve, reject).finally(() => this.#waiting.delete(reject));
    });
  }

  #onIdle(then: () => void): void {
    if (this.#inFlight === 0) then();
    else this.#whenIdle.push(then);
  }

  readonly #settled = (): void => {
    if (--this.#inFlight > 0) return;
    clearInterval(this.#watch);
    for (const then of this.#whenIdle.splice(0)) then();
  };

  /** An owner that stands still is left where somebody has removed its socket: others find it dead then. */
  #look(): void {
    const { socket } = this.#way;
    if (socket !== undefined && !existsSync(socket)) this.#pool.dropAll();
  }
}

/** The key that a client of this process has told with its request goes on with it. */
function withKey(options: CallOptions | undefined): CallOptions | undefined {
  if (!(options instanceof LateCallOptions)) return options;
  const { signal, timeoutMs, identity, idempotencyKey } = options;
  if (identity === undefined || idempotencyKey === undefined) return options;
  return { signal, timeoutMs, idempotencyKey: keyWithin(identity) };
}

/** The owner knows no users of ours: what keeps their keys apart is put before them, hashed where that is too long. */
function keyWithin({ scope, key }: WriteIdentity): string {
  const whole = `${scope}${key}`;
  if (scope === "" || textBytes(whole) <= keyBytesMax) return whole;
  return `${scope}${createHash("sha256").update(key).digest("hex")}`;
}

/** How long an owner may take to answer the first time, and a call waits for one. */
export const patienceMs = 15_000;
const watchMs = 250;
