import { AhnlichError } from "../model/errors.js";

/** Where a server listens. */
export type Target =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number; readonly address: string }
  | { readonly kind: "unix"; readonly path: string; readonly address: string };

/** Reads "ahnlich://host:port" (1369 unless given) or "ahnlich+unix:///path". @throws INVALID_ARGUMENT */
export function parseTarget(text: unknown): Target {
  if (typeof text !== "string") throw targetError(typeof text);
  if (text.startsWith(unixScheme)) return parseUnix(text);
  const url = text.startsWith(tcpScheme) ? tryUrl(text) : undefined;
  if (!url || url.hostname === "") throw targetError(quote(text));
  const extra = [url.username, url.password, url.search, url.hash].some((part) => part !== "");
  if (extra || (url.pathname !== "" && url.pathname !== "/")) throw targetError(quote(text));
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = url.port === "" ? portStandard : Number(url.port);
  if (port === 0) throw targetError(quote(text));
  return { kind: "tcp", host, port, address: `${tcpScheme}${url.hostname}:${port}` };
}

function parseUnix(text: string): Target {
  const encoded = text.slice(unixScheme.length);
  let path: string;
  try {
    path = decodeURIComponent(encoded);
  } catch {
    throw targetError(quote(text));
  }
  if (!path.startsWith("/") || path.length === 1 || path.includes("\0")) {
    throw targetError(quote(text));
  }
  return { kind: "unix", path, address: text };
}

function tryUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** What might be a password is not repeated. */
function quote(text: string): string {
  return JSON.stringify(text.replace(/\/\/[^/@]*@/, "//...@").slice(0, 200));
}

function targetError(got: string): AhnlichError {
  const expected = '"ahnlich://host:port" or "ahnlich+unix:///path"';
  return new AhnlichError("INVALID_ARGUMENT", `target: expected ${expected}, got ${got}`);
}

const tcpScheme = "ahnlich://";
const unixScheme = "ahnlich+unix://";
const portStandard = 1369;
