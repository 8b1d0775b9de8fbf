import { AhnlichError } from "../model/errors.js";
import { textBytes } from "../model/text.js";
import type { Credentials } from "../protocol/credentials.js";
import { checkClientTls } from "../transport/check-tls.js";
import type { ClientTls } from "../transport/tls-files.js";
import type { Transport } from "../transport/transport.js";

export interface ConnectOptions {
  /** The most connections, 1 to 64, opened as needed; 4. */
  connections?: number | undefined;
  /** What the server's list of clients calls this one, at most 100 characters. */
  name?: string | undefined;
  /** Who connects, where the server has users; with a password. */
  user?: string | undefined;
  /** It travels only inside TLS, over a unix socket, or within this machine. */
  password?: string | undefined;
  /** Of "ahnlichs://" targets: whom to believe, and a certificate of ours. Servers are verified without it too. */
  tls?: ClientTls | undefined;
  /** Milliseconds that a connection may take to open, and a call waits for one; 5,000. */
  connectTimeoutMs?: number | undefined;
  /** Opens any other transport; the target is then only a name. */
  dial?: (() => Promise<Transport>) | undefined;
}

export interface CheckedConnectOptions {
  readonly connections: number;
  readonly name: string;
  /** A target's URL goes before them. */
  readonly credentials: Partial<Credentials>;
  readonly tls: ClientTls | undefined;
  readonly connectTimeoutMs: number;
  readonly dial: (() => Promise<Transport>) | undefined;
}

/** @throws INVALID_ARGUMENT */
export function checkConnectOptions(options: unknown): CheckedConnectOptions {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw invalid("options", "an object", options);
  }
  const {
    connections = 4,
    name = "",
    user,
    password,
    tls,
    connectTimeoutMs = 5_000,
    dial,
    ...rest
  } = options as ConnectOptions;
  for (const [unknown, value] of Object.entries(rest)) {
    if (value !== undefined)
      throw invalid(`options.${unknown.slice(0, 100)}`, "no such option", value);
  }
  const whole = Number.isInteger(connections);
  if (!whole || connections < 1 || connections > connectionsMax) {
    throw invalid("options.connections", `an integer from 1 to ${connectionsMax}`, connections);
  }
  if (typeof name !== "string" || name.length > nameMax || !name.isWellFormed()) {
    throw invalid("options.name", `a text of at most ${nameMax} characters`, name);
  }
  if (
    !(typeof connectTimeoutMs === "number" && connectTimeoutMs >= 1 && connectTimeoutMs < 2 ** 31)
  ) {
    throw invalid("options.connectTimeoutMs", "1 to 2^31 - 1 milliseconds", connectTimeoutMs);
  }
  if (dial !== undefined && typeof dial !== "function") {
    throw invalid("options.dial", "a function", dial);
  }
  const credentials = { user, password } as Partial<Credentials>;
  return { connections, name, credentials, tls: checkClientTls(tls), connectTimeoutMs, dial };
}

/** @throws INVALID_ARGUMENT where one is there without the other */
export function checkCredentials(user: unknown, password: unknown): Credentials | undefined {
  if (user === undefined && password === undefined) return undefined;
  for (const [what, value] of Object.entries({ user, password })) {
    const isText = typeof value === "string" && value.isWellFormed();
    if (isText && value.length >= 1 && textBytes(value) <= credentialBytesMax) continue;
    // Neither is quoted: people take one for the other.
    const sentence = `${what}: expected a text of 1 to ${credentialBytesMax} bytes, a user with a password`;
    throw new AhnlichError("INVALID_ARGUMENT", sentence);
  }
  return { user, password } as Credentials;
}

function invalid(what: string, expected: string, got: unknown): AhnlichError {
  const shown = typeof got === "number" ? String(got) : got === null ? "null" : typeof got;
  return new AhnlichError("INVALID_ARGUMENT", `${what}: expected ${expected}, got ${shown}`);
}

/** As many as a server takes of one client. */
const connectionsMax = 64;
const nameMax = 100;
const credentialBytesMax = 1_024;
