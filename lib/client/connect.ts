import { EngineHandle } from "../handles/engine-handle.js";
import { AhnlichError } from "../model/errors.js";
import type { CallOptions } from "../model/options.js";
import { parseTarget, printUrl } from "../transport/address.js";
import { dial } from "../transport/tcp.js";
import {
  type CheckedConnectOptions,
  type ConnectOptions,
  checkConnectOptions,
  checkCredentials,
} from "./connect-options.js";
import { ConnectionPool } from "./connection-pool.js";
import type { Target } from "./dialer.js";
import type { ConnectionStatus, RemoteEngine } from "./remote-engine.js";

/**
 * Connects to a server: "ahnlich://host:1369", "ahnlichs://host:1369" over TLS, or
 * "ahnlich+unix:///run/ahnlich.sock"; of several targets the first that can be reached. A user and
 * password may stand in it, or in the options.
 *
 * @example
 * await using engine = await connect("ahnlich://127.0.0.1:1369");
 * await engine.ping();
 *
 * @throws INVALID_ARGUMENT, UNAUTHENTICATED, CONNECTION_LOST, TIMEOUT, VERSION_MISMATCH, BUSY
 */
export async function connect(
  target: string | readonly string[],
  options: ConnectOptions = {},
): Promise<RemoteEngine> {
  const checked = checkConnectOptions(options);
  const pool = new ConnectionPool(toTargets(target, checked), checked);
  try {
    await pool.open();
  } catch (error) {
    await pool.close({ timeoutMs: 0 });
    throw error;
  }
  return new RemoteHandle(pool);
}

/** The engine handle over a pool of connections. */
class RemoteHandle extends EngineHandle implements RemoteEngine {
  readonly #pool: ConnectionPool;

  constructor(pool: ConnectionPool) {
    super(pool);
    this.#pool = pool;
  }

  async shutdown(reason?: string, options?: CallOptions): Promise<void> {
    await this.execute({ kind: "shutdown", ...(reason === undefined ? {} : { reason }) }, options);
  }

  status(): AsyncIterableIterator<ConnectionStatus> {
    return this.#pool.status();
  }
}

function toTargets(given: unknown, options: CheckedConnectOptions): [Target, ...Target[]] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (list.length > targetsMax) {
    const sentence = `target: expected at most ${targetsMax}, got ${list.length}`;
    throw new AhnlichError("INVALID_ARGUMENT", sentence);
  }
  const [first, ...rest] = list.map((each) => toTarget(each, options));
  if (first === undefined) {
    throw new AhnlichError("INVALID_ARGUMENT", "target: expected at least one, got an empty list");
  }
  return [first, ...rest];
}

function toTarget(given: unknown, options: CheckedConnectOptions): Target {
  if (typeof given !== "string") {
    throw new AhnlichError("INVALID_ARGUMENT", `target: expected a URL, got ${typeof given}`);
  }
  const { connectTimeoutMs: timeoutMs, dial: dialOther, credentials, tls } = options;
  if (dialOther !== undefined) {
    const { user, password } = credentials;
    const checked = checkCredentials(user, password);
    return { address: given, credentials: checked, dial: async () => dialOther() };
  }
  const { address, user = credentials.user, password = credentials.password } = parseTarget(given);
  const isSecure = "tls" in address && address.tls === true;
  if (tls !== undefined && !isSecure) {
    const sentence = `${printUrl(address)}: expected ahnlichs://, since options.tls is given`;
    throw new AhnlichError("INVALID_ARGUMENT", sentence);
  }
  return {
    address: printUrl(address),
    credentials: checkCredentials(user, password),
    dial: (signal) => dial(address, { timeoutMs, signal, tls }),
  };
}

const targetsMax = 64;
