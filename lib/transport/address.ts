import { AhnlichError } from "../model/errors.js";

/** Where a listener is reached: a TCP port, or a unix socket (on Windows a named pipe). */
export type Address = TcpAddress | SocketAddress;

export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

export interface SocketAddress {
  readonly path: string;
}

export const defaultPort = 1369;

/**
 * "ahnlich://host:1369" or "ahnlich+unix:///path"; the port may be left out.
 *
 * @throws INVALID_ARGUMENT for any other text; UNSUPPORTED when it names a user or password
 */
export function parseUrl(text: string): Address {
  const match = urlForm.exec(text);
  if (match === null) throw notAUrl(text);
  const [, scheme, credentials, rest] = match;
  if (credentials !== undefined) {
    throw new AhnlichError("UNSUPPORTED", "this version knows no users: leave them out of the URL");
  }
  return scheme === "ahnlich" ? parseHost(text, rest) : parsePath(text, rest);
}

/** The address as `parseUrl` reads it. */
export function printUrl(address: Address): string {
  if ("path" in address)
    return `ahnlich+unix://${encodeURI(address.path).replace(/[?#]/g, escape)}`;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `ahnlich://${host}:${address.port}`;
}

function parseHost(text: string, rest: string): TcpAddress {
  const match = hostForm.exec(rest);
  if (match === null) throw notAUrl(text);
  const port = match[3] === undefined ? defaultPort : Number(match[3]);
  if (port < 1 || port > 65_535) throw notAUrl(text);
  return { host: match[1] ?? match[2], port };
}

function parsePath(text: string, rest: string): SocketAddress {
  const path = decodePercents(rest);
  // On Windows a named pipe begins with two backslashes.
  if (path === undefined || !/^[/\\]./s.test(path) || path.includes("\0")) throw notAUrl(text);
  return { path };
}

function decodePercents(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function notAUrl(text: string): AhnlichError {
  return new AhnlichError(
    "INVALID_ARGUMENT",
    `expected "ahnlich://host:port" or "ahnlich+unix:///path", got ${JSON.stringify(text.slice(0, 200))}`,
  );
}

const urlForm = /^(ahnlich|ahnlich\+unix):\/\/(?:([^/@]*)@)?(.*)$/s;
const hostForm = /^(?:\[([0-9A-Fa-f:.]+(?:%[\w.]+)?)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?\/?$/;
