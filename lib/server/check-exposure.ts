import { AhnlichError } from "../model/errors.js";
import type { Address } from "../transport/address.js";
import { isLoopback } from "../transport/loopback.js";
import type { ServerTls } from "../transport/tls-files.js";
import type { Listener } from "../transport/transport.js";

/** What protects a server from those who reach it. */
export interface Protection {
  readonly users: string | undefined;
  readonly tls: ServerTls | undefined;
  readonly insecureListen: boolean;
}

/**
 * Whoever can be reached from other machines has users and TLS, or says plainly that it has not.
 *
 * @throws INVALID_ARGUMENT
 */
export function checkExposure(where: Address | Listener, protection: Protection): void {
  const { users, tls, insecureListen } = protection;
  if (!("host" in where)) {
    if (tls === undefined) return;
    throw new AhnlichError("INVALID_ARGUMENT", "options.tls: only a host and port can have it");
  }
  if (isLoopback(where.host) || insecureListen) return;
  if (users !== undefined && tls !== undefined) return;
  throw new AhnlichError(
    "INVALID_ARGUMENT",
    `listening on ${where.host} lets other machines in: expected users and TLS, or insecureListen (--insecure-listen)`,
  );
}
