import { AhnlichError } from "../model/errors.js";

/** Where a listener is reached: a TCP port, or a unix socket (on Windows a named pipe). */
export type Address = TcpAddress | SocketAddress;

export interface TcpAddress {
  readonly host: string;
  readonly port: number;
  /** Whether TLS is spoken there. */
  readonly tls?: boolean;
}

export interface SocketAddress {
  readonly path: string;
}

export const defaultPort = 1369;

/** What a URL says beside the address: who connects. */
export interface UrlUser {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

/**
 * "ahnlich://host:1369", "ahnlichs://host:1369" over TLS, or "ahnlich+unix:///path"; the port may be
 * left out. A user, or a user and a password, may stand before the host: "ahnlich://ada:secret@host",
 * with %40 for an "@" in them.
 *
 * @throws INVALID_ARGUMENT for any other text; no error quotes a password
 */
export function parseUrl(text: string): Address {
  return parseTarget(text).address;
}

/** As `parseUrl`, with who connects. */
export function parseTarget(text: string): { readonly address: Address } & UrlUser {
  const match = urlForm.exec(text);
  if (match === null) throw notAUrl(text);
  const [, scheme, credentials, rest] = match;
  const isPath = scheme === "ahnlich+unix";
  const address = isPath ? parsePath(text, rest) : parseHost(text, rest, scheme === "ahnlichs");
  return { address, ...parseCredentials(text, credentials) };
}

/** The address as `parseUrl` reads it. */
export function printUrl(address: Address): string {
  if ("path" in address)
    return `ahnlich+unix://${encodeURI(address.path).replace(/[?#]/g, escape)}`;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${address.tls ? "ahnlichs" : "ahnlich"}://${host}:${address.port}`;
}

function parseHost(text: string, rest: string, tls: boolean): TcpAddress {
  const match = hostForm.exec(rest);
  if (match === null) throw notAUrl(text);
  const port = match[3] === undefined ? defaultPort : Number(match[3]);
  if (port < 1 || port > 65_535) throw notAUrl(text);
  const host = match[1] ?? match[2];
  return tls ? { host, port, tls } : { host, port };
}

function parsePath(text: string, rest: string): SocketAddress {
  const path = decodePercents(rest);
  // On Windows a named pipe begins with two backslashes.
  if (path === undefined || !/^[/\\]./s.test(path) || path.includes("\0")) throw notAUrl(text);
  return { path };
}

function parseCredentials(url: string, text: string | undefined): UrlUser {
  if (text === undefined) return {};
  const colon = text.indexOf(":");
  const user = decodePercents(colon < 0 ? text : text.slice(0, colon));
  const password = colon < 0 ? undefined : decodePercents(text.slice(colon + 1));
  if (!user || password === "" || (colon >= 0 && password === undefined)) throw notAUrl(url);
  return password === undefined ? { user } : { user, password };
}

function decodePercents(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function notAUrl(text: string): AhnlichError {
  const forms = '"ahnlich://host:port", "ahnlichs://host:port" or "ahnlich+unix:///path"';
  const shown = JSON.stringify(withoutUser(text).slice(0, 200));
  return new AhnlichError("INVALID_ARGUMENT", `expected ${forms}, got ${shown}`);
}

/** The text without what may be a password: all before its last "@". */
export function withoutUser(text: string): string {
  const at = text.lastIndexOf("@");
  if (at < 0) return text;
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text.slice(0, at))?.[0] ?? "";
  return `${scheme}${text.slice(at + 1)}`;
}

const urlForm = /^(ahnlichs?|ahnlich\+unix):\/\/(?:([^/@]*)@)?(.*)$/s;
const hostForm = /^(?:\[([0-9A-Fa-f:.]+(?:%[\w.]+)?)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?\/?$/;
