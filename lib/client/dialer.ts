import { AhnlichError, closedError } from "../model/errors.js";
import type { Credentials } from "../protocol/credentials.js";
import type { Transport } from "../transport/transport.js";
import { Connection, type ConnectionOwner, type Introduction } from "./connection.js";

/** One place where the server may be. */
export interface Target {
  readonly address: string;
  /** With what to say who connects there. */
  readonly credentials?: Credentials | undefined;
  readonly dial: (signal: AbortSignal) => Promise<Transport>;
}

/**
 * Opens a connection: dialled and accepted within `timeoutMs`.
 *
 * @throws what the server said, CONNECTION_LOST, TIMEOUT, CLOSED when the signal is aborted
 */
export async function openConnection(
  target: Target,
  owner: ConnectionOwner,
  introduction: Introduction,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Connection> {
  const limit = new Limit(target, options);
  const opening = dialAndGreet(target, owner, introduction, limit);
  opening.catch(() => {});
  try {
    return await Promise.race([opening, limit.over]);
  } catch (error) {
    throw dialError(target, error);
  } finally {
    limit.end();
  }
}

async function dialAndGreet(
  target: Target,
  owner: ConnectionOwner,
  introduction: Introduction,
  limit: Limit,
): Promise<Connection> {
  const transport = await target.dial(limit.signal);
  if (limit.signal.aborted) {
    void transport.close().catch(() => {});
    throw limit.signal.reason;
  }
  const { credentials } = target;
  if (credentials !== undefined && transport.confidential !== true) {
    void transport.close().catch(() => {});
    throw overheard(target);
  }
  const connection = new Connection(transport, owner, { ...introduction, credentials });
  const drop = () => connection.drop();
  limit.signal.addEventListener("abort", drop, { once: true });
  try {
    await connection.ready;
    return connection;
  } finally {
    limit.signal.removeEventListener("abort", drop);
  }
}

/** When an opening is over that has not succeeded: `over` rejects and `signal` is aborted. */
class Limit {
  readonly over: Promise<never>;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #outer: AbortSignal;
  readonly #onOuter: () => void;

  constructor(target: Target, options: { timeoutMs: number; signal: AbortSignal }) {
    const { timeoutMs, signal } = options;
    let reject: (error: AhnlichError) => void = () => {};
    this.over = new Promise((_, rejectOver) => {
      reject = rejectOver;
    });
    this.over.catch(() => {});
    const giveUp = (error: AhnlichError) => {
      reject(error);
      this.#controller.abort(error);
    };
    this.#timer = setTimeout(() => {
      const sentence = `no connection to ${target.address} within ${timeoutMs} ms`;
      giveUp(new AhnlichError("TIMEOUT", sentence));
    }, timeoutMs);
    this.#outer = signal;
    this.#onOuter = () => giveUp(closedError("the client"));
    if (signal.aborted) this.#onOuter();
    else signal.addEventListener("abort", this.#onOuter, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.#onOuter);
  }
}

function overheard({ address }: Target): AhnlichError {
  return new AhnlichError(
    "INVALID_ARGUMENT",
    `${address}: a password travels only inside TLS, over a unix socket or within one machine`,
  );
}

function dialError(target: Target, thrown: unknown): AhnlichError {
  if (thrown instanceof AhnlichError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  const sentence = `no connection to ${target.address}: ${reason}`;
  return new AhnlichError("CONNECTION_LOST", sentence, { cause: thrown });
}
