import { AhnlichError } from "../model/errors.js";
import { type Address, printUrl } from "./address.js";

/** Why nothing listens there. */
export function unbindable(address: Address, cause: unknown): AhnlichError {
  const url = printUrl(address);
  const code = codeOf(cause);
  return code === "EADDRINUSE"
    ? new AhnlichError("ADDRESS_IN_USE", `cannot listen on ${url}: it is taken`, { cause })
    : new AhnlichError("IO_ERROR", `cannot listen on ${url}: ${code}`, { cause });
}

export function unreachable(url: string, cause: unknown): AhnlichError {
  return new AhnlichError("CONNECTION_LOST", `cannot reach ${url}: ${codeOf(cause)}`, { cause });
}

/** It has shown a certificate that is not believed. */
export function untrusted(url: string, cause: Error): AhnlichError {
  const sentence = `the certificate of ${url} is not trusted: ${codeOf(cause)}`;
  return new AhnlichError("UNAUTHENTICATED", sentence, { cause });
}

export function aborted(url: string, signal: AbortSignal | undefined): AhnlichError {
  return new AhnlichError("ABORTED", `given up connecting to ${url}`, { cause: signal?.reason });
}

/** "ECONNREFUSED", or whatever the system or TLS calls it. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : String(error);
}
