import type { ClientInfo } from "../model/answers.js";
import { AhnlichError } from "../model/errors.js";
import { frameBytesMax, frameBytesMin } from "../protocol/handshake.js";
import { type Address, defaultPort } from "../transport/address.js";
import { checkServerTls } from "../transport/check-tls.js";
import type { ServerTls } from "../transport/tls-files.js";
import type { Listener } from "../transport/transport.js";
import type { AuditLog } from "./audit.js";
import { checkExposure } from "./check-exposure.js";
import { checkServerLimits, type ServerLimits } from "./server-limits.js";
import type { Trouble } from "./trouble.js";

export interface ListenOptions {
  /** "127.0.0.1" */
  host?: string | undefined;
  /** 1369; 0: any free one. */
  port?: number | undefined;
  /** The path of a unix socket (on Windows the name of a pipe) instead. */
  socket?: string | undefined;
  /** PEM files; whoever connects to the port speaks TLS then, 1.2 or later. */
  tls?: ServerTls | undefined;
  /** Lets other machines in without users or without TLS, which is refused otherwise. */
  insecureListen?: boolean | undefined;
  /** Any other transport instead. */
  listener?: Listener | undefined;
  /**
   * The file of the users, made by `ahnlich user add`: nobody else connects then, and each may do what
   * it says. Without it everybody may do everything.
   */
  users?: string | undefined;
  /** Who is told of everybody that is turned away or refused, and of what is administered: a logger of pino, say. */
  audit?: AuditLog | undefined;
  /** The folder below which clients may back up; without it `backup` is FORBIDDEN. */
  backups?: string | undefined;
  /** 512; more are refused with BUSY. A client is one `connect()`, however many connections. */
  maxClients?: number | undefined;
  /** The largest frame taken, 16 KiB to 1 GiB; 32 MiB, so that any `set` within the limits fits. */
  maxFrameBytes?: number | undefined;
  /**
   * Called when a client asks for a shutdown, after it was answered. Without it `shutdown` is
   * FORBIDDEN. The library never ends the process: close the server and the engine in here.
   */
  onShutdown?: ((reason: string, client: ClientInfo) => void) | undefined;
  /** Other bounds than the standard ones, each by its name. */
  limits?: Partial<ServerLimits> | undefined;
  /** Told of clients that were dropped for their slowness, and of connections for which there was no room. */
  onTrouble?: ((trouble: Trouble) => void) | undefined;
}

export interface CheckedListenOptions {
  readonly where: Address | Listener;
  readonly tls: ServerTls | undefined;
  readonly users: string | undefined;
  readonly audit: AuditLog | undefined;
  readonly backups: string | undefined;
  readonly maxClients: number;
  readonly maxFrameBytes: number;
  readonly onShutdown: ((reason: string, client: ClientInfo) => void) | undefined;
  readonly limits: ServerLimits;
  readonly onTrouble: ((trouble: Trouble) => void) | undefined;
}

/** @throws INVALID_ARGUMENT */
export function checkListenOptions(options: unknown): CheckedListenOptions {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw invalid("options", "an object", options);
  }
  const { host, port, socket, listener, backups, users, tls, ...others } = options as ListenOptions;
  const { maxClients = 512, maxFrameBytes = 32 * 1024 * 1024, ...unnumbered } = others;
  const { insecureListen = false, audit, ...inAnyCase } = unnumbered;
  const { onShutdown, onTrouble, limits, ...rest } = inAnyCase;
  for (const [name, value] of Object.entries(rest)) {
    if (value !== undefined)
      throw invalid(`options.${name.slice(0, 100)}`, "no such option", value);
  }
  checkInteger("maxClients", maxClients, 1, clientsMax);
  checkInteger("maxFrameBytes", maxFrameBytes, frameBytesMin, frameBytesMax);
  for (const [name, callback] of Object.entries({ onShutdown, onTrouble })) {
    if (callback !== undefined && typeof callback !== "function") {
      throw invalid(`options.${name}`, "a function", callback);
    }
  }
  if (backups !== undefined && (typeof backups !== "string" || !isPath(backups))) {
    throw invalid("options.backups", "the name of a folder", backups);
  }
  if (users !== undefined && (typeof users !== "string" || !isPath(users))) {
    throw invalid("options.users", "the name of a file", users);
  }
  if (typeof insecureListen !== "boolean") {
    throw invalid("options.insecureListen", "a boolean", insecureListen);
  }
  if (audit !== undefined && !isLog(audit)) {
    throw invalid("options.audit", "a logger, with info and warn", audit);
  }
  const where = checkWhere({ host, port, socket, listener });
  const checkedTls = checkServerTls(tls);
  checkExposure(where, { users, tls: checkedTls, insecureListen });
  return {
    ...{ where, tls: checkedTls, users, audit, backups, maxClients, maxFrameBytes },
    ...{ onShutdown, onTrouble, limits: checkServerLimits(limits) },
  };
}

type Place = Pick<ListenOptions, "host" | "port" | "socket" | "listener">;

function checkWhere({ host, port, socket, listener }: Place): Address | Listener {
  const tcp = host !== undefined || port !== undefined;
  if (Number(tcp) + Number(socket !== undefined) + Number(listener !== undefined) > 1) {
    const sentence = "options: expected host and port, or socket, or listener, got several of them";
    throw new AhnlichError("INVALID_ARGUMENT", sentence);
  }
  if (listener !== undefined) {
    if (typeof listener === "object" && listener !== null && Symbol.asyncIterator in listener) {
      return listener;
    }
    throw invalid("options.listener", "a Listener", listener);
  }
  if (socket !== undefined) {
    if (typeof socket === "string" && isPath(socket)) {
      return { path: socket };
    }
    throw invalid("options.socket", "a path", socket);
  }
  if (host !== undefined && (typeof host !== "string" || host === "")) {
    throw invalid("options.host", "a host name or address", host);
  }
  checkInteger("port", port ?? defaultPort, 0, 65_535);
  return { host: host ?? "127.0.0.1", port: port ?? defaultPort };
}

function isLog(given: unknown): given is AuditLog {
  const { info, warn } = Object(given);
  return typeof info === "function" && typeof warn === "function";
}

function isPath(path: string): boolean {
  return path !== "" && !path.includes("\0");
}

function checkInteger(name: string, value: unknown, least: number, most: number): void {
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return;
  throw invalid(`options.${name}`, `an integer from ${least} to ${most}`, value);
}

function invalid(what: string, expected: string, got: unknown): AhnlichError {
  const shown = typeof got === "number" ? String(got) : got === null ? "null" : typeof got;
  return new AhnlichError("INVALID_ARGUMENT", `${what}: expected ${expected}, got ${shown}`);
}

const clientsMax = 1_000_000;
