import { constants } from "node:crypto";
import { chmodSync, unlinkSync } from "node:fs";
import { connect, createServer, isIP, type Server, type Socket } from "node:net";
import { resolve as absolute } from "node:path";
import {
  checkServerIdentity,
  connect as connectTls,
  createSecureContext,
  createServer as createTlsServer,
  type TLSSocket,
  type TlsOptions,
} from "node:tls";
import { AhnlichError } from "../model/errors.js";
import { type Address, printUrl, type TcpAddress } from "./address.js";
import { connectionRoom } from "./descriptors.js";
import { isLoopback } from "./loopback.js";
import { Queue } from "./queue.js";
import { aborted, codeOf, unbindable, unreachable, untrusted } from "./socket-failure.js";
import { closeSocketFile, fileAt, isUntouched } from "./socket-file.js";
import { SocketListener } from "./socket-listener.js";
import { highWater, SocketTransport } from "./socket-transport.js";
import { type ClientTls, readTlsFiles, type ServerTls, type TlsMaterial } from "./tls-files.js";
import type { Listener, Transport } from "./transport.js";

export interface DialOptions {
  /** How long to wait for the connection; 5,000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether the transport keeps the process alive while it is open; it does unless this is false. */
  readonly lively?: boolean | undefined;
  /** Where the address says TLS: what the client believes, and shows. */
  readonly tls?: ClientTls | undefined;
}

/**
 * A transport to whoever listens there.
 *
 * @throws CONNECTION_LOST where nobody answers, TIMEOUT, ABORTED; with TLS also UNAUTHENTICATED where the
 * server's certificate is not believed, INVALID_ARGUMENT where our own files are wrong
 */
export async function dial(address: Address, options: DialOptions = {}): Promise<Transport> {
  const { timeoutMs = 5_000, signal, lively = true, tls = {} } = options;
  const url = printUrl(address);
  const isSecure = "tls" in address && address.tls === true;
  // Read anew with each connection: certificates are replaced while programs run.
  const material = isSecure ? await readTlsFiles(tls) : undefined;
  if (signal?.aborted) throw aborted(url, signal);
  return new Promise((resolve, reject) => {
    const socket = isSecure
      ? openTls(address, tls, material)
      : connect({ ...target(address), ...socketOptions });
    const ready = isSecure ? "secureConnect" : "connect";
    const give = (): void => {
      stop();
      if (!lively) socket.unref();
      if (isSecure) socket.setNoDelay(true).setKeepAlive(true, socketOptions.keepAliveInitialDelay);
      resolve(new SocketTransport(socket, url, { confidential: isSecure || staysHere(socket) }));
    };
    const fail = (error: Error): void => {
      stop();
      socket.on("error", () => {});
      socket.destroy();
      reject(error);
    };
    const onError = (cause: Error): void => {
      const isBelieved = !("authorizationError" in socket) || !socket.authorizationError;
      fail(isBelieved ? unreachable(url, cause) : untrusted(url, cause));
    };
    const onAbort = (): void => fail(aborted(url, signal));
    const timer = setTimeout(() => {
      fail(new AhnlichError("TIMEOUT", `no connection to ${url} within ${timeoutMs} ms`));
    }, timeoutMs);
    const stop = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      socket.off("error", onError).off(ready, give);
    };
    signal?.addEventListener("abort", onAbort);
    socket.on("error", onError).on(ready, give);
  });
}

/**
 * Listens on a TCP port, or on a unix socket (on Windows a named pipe). Port 0 is any free one. The
 * file that a dead server has left at the path is replaced, and removed on close. With `tls` whoever
 * connects to the port must speak it. `onFull` is told of a peer that was let go since the process can
 * hardly open anything more; listening goes on.
 *
 * @throws ADDRESS_IN_USE, IO_ERROR; INVALID_ARGUMENT where the files of `tls` are wrong
 */
export async function listenTcp(
  address: Address,
  tls?: ServerTls,
  onFull: OnFull = () => {},
): Promise<Listener> {
  if (tls !== undefined && !("path" in address)) {
    return listenTls({ ...address, tls: true }, tls, onFull);
  }
  const where = "path" in address ? { path: socketPath(address.path) } : address;
  try {
    return await listenOnce(where, onFull);
  } catch (cause) {
    if (!("path" in where) || codeOf(cause) !== "EADDRINUSE") throw unbindable(where, cause);
    if (!(await removeDead(where.path))) throw unbindable(where, cause);
  }
  try {
    return await listenOnce(where, onFull);
  } catch (cause) {
    throw unbindable(where, cause);
  }
}

/**
 * Binds a unix socket (on Windows a named pipe) before it returns, so that it is held from now on
 * until it is closed, the process is dead, or somebody removes its file, be it at once. Only this
 * user may connect. Whoever does is let go at once, or is given to `welcome`. Neither it nor they
 * keep the process alive.
 *
 * @throws ADDRESS_IN_USE where something is there already, IO_ERROR otherwise
 */
export function hang(
  path: string,
  welcome?: (transport: Transport) => void,
): { close(): Promise<void> } {
  const server = createServer(socketOptions, (socket) => {
    socket.unref();
    if (welcome !== undefined) {
      const facts = { confidential: true };
      return welcome(new SocketTransport(socket, printUrl({ path }), facts));
    }
    socket.on("error", () => {});
    socket.destroy();
  });
  server.on("error", () => {}); // told below, without waiting for the event
  server.listen({ path, exclusive: true });
  if (!server.listening) {
    const code = isThere(path) ? "ADDRESS_IN_USE" : "IO_ERROR";
    throw new AhnlichError(code, `cannot listen on ${path}`);
  }
  try {
    restrict(path);
  } catch (cause) {
    server.close();
    throw unbindable({ path }, cause);
  }
  server.unref();
  return { close: () => closeServer(server) };
}

/** Leaves it to this user alone. Who took it for a dead process's may have removed it already. */
function restrict(path: string): void {
  if (process.platform === "win32") return;
  try {
    chmodSync(path, 0o600);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

/** Whether a process listens at the path. One that is merely slow does. */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const settle = (alive: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(alive);
    };
    const timer = setTimeout(() => settle(true), answerTimeoutMs);
    socket.on("connect", () => settle(true));
    socket.on("error", (error) => settle(!silent.has(codeOf(error))));
  });
}

/** Whether the path is free now. What is no socket stays, and one whose server lives. */
async function removeDead(path: string): Promise<boolean> {
  const found = fileAt(path);
  if (!found?.isSocket() || (await answers(path))) return false;
  // Of several who find it dead one is the first; its own file is not for the others to remove.
  if (!isUntouched(found, fileAt(path))) return false;
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Told of the address of a peer. */
type OnFull = (peer: string) => void;

function leaveRoom(server: Server, address: Address, onFull: OnFull): void {
  const room = connectionRoom();
  if (room !== undefined) server.maxConnections = room;
  server.on("drop", (peer) => onFull(addressOf(peer?.remoteAddress, peer?.remotePort, address)));
}

function listenOnce(address: Address, onFull: OnFull): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const opened = new Queue<Transport>();
    const server = createServer(socketOptions, (socket) => {
      const facts = { confidential: staysHere(socket) };
      opened.put(new SocketTransport(socket, peerOf(socket, address), facts));
    });
    leaveRoom(server, address, onFull);
    server.on("error", reject);
    server.listen({ ...target(address), exclusive: true }, () => {
      server.off("error", reject);
      server.on("error", () => {}); // one connection that could not be accepted; the rest go on
      const url = printUrl(reached(server, address));
      resolve(new SocketListener(url, opened, { stop: stopping(server, address) }));
    });
  });
}

async function listenTls(address: TcpAddress, tls: ServerTls, onFull: OnFull): Promise<Listener> {
  const opened = new Queue<Transport>();
  const server = createTlsServer(await securityOf(tls));
  leaveRoom(server, address, onFull);
  // By their addresses: the socket of TLS is another than the one that it wraps.
  const strangers = new Map<string, { readonly socket: Socket; readonly begun: number }>();
  server.on("connection", (socket) => {
    const peer = peerOf(socket, address);
    strangers.set(peer, { socket, begun: performance.now() });
    socket.on("close", () => strangers.delete(peer));
    const [oldest] = strangers.values();
    if (strangers.size > strangersMax) oldest.socket.destroy();
  });
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  server.on("secureConnection", (socket) => {
    const peer = peerOf(socket, address);
    const begun = strangers.get(peer)?.begun;
    strangers.delete(peer);
    const facts = { confidential: true, certified: certifiedName(socket), begun };
    opened.put(new SocketTransport(socket, peer, facts));
  });
  const reload = async (): Promise<void> => server.setSecureContext(await securityOf(tls));
  return new Promise((resolve, reject) => {
    server.on("error", (cause) => reject(unbindable(address, cause)));
    server.listen({ ...target(address), exclusive: true }, () => {
      const url = printUrl(reached(server, address));
      const stop = (): void => {
        for (const { socket } of strangers.values()) socket.destroy();
        if (server.listening) server.close();
      };
      resolve(new SocketListener(url, opened, { stop, reload }));
    });
  });
}

/** @throws INVALID_ARGUMENT */
async function securityOf(tls: ServerTls): Promise<TlsOptions> {
  const material = await readTlsFiles(tls);
  const context = { ...material, minVersion: "TLSv1.2", secureOptions: noTickets } as const;
  try {
    createSecureContext(context);
  } catch (cause) {
    const sentence = `${tls.cert}, ${tls.key}: cannot be used for TLS: ${codeOf(cause)}`;
    throw new AhnlichError("INVALID_ARGUMENT", sentence, { details: { file: tls.cert } });
  }
  return {
    ...socketOptions,
    ...context,
    requestCert: tls.ca !== undefined,
    rejectUnauthorized: tls.requireClientCert === true,
    handshakeTimeout: handshakeTimeoutMs,
  };
}

/** The one common name of a certificate that was believed: of several nobody knows which is meant. */
function certifiedName(socket: TLSSocket): string | undefined {
  if (!socket.authorized) return undefined;
  const name: unknown = socket.getPeerCertificate().subject?.CN;
  return typeof name === "string" ? name : undefined;
}

function openTls(address: TcpAddress, tls: ClientTls, material: TlsMaterial = {}): TLSSocket {
  const { servername = address.host, insecureSkipVerify = false } = tls;
  return connectTls({
    ...{ host: address.host, port: address.port, ...material, minVersion: "TLSv1.2" },
    // An address is compared with the certificate too, but is no name to ask for.
    ...(isIP(servername) === 0 && { servername }),
    rejectUnauthorized: !insecureSkipVerify,
    checkServerIdentity: (_host, certificate) => checkServerIdentity(servername, certificate),
  });
}

/** The address with the port that the system chose. */
function reached(server: Server, address: Address): Address {
  const bound = server.address();
  if ("path" in address || bound === null || typeof bound === "string") return address;
  return { ...address, port: bound.port };
}

function peerOf(socket: Socket, address: Address): string {
  return addressOf(socket.remoteAddress, socket.remotePort, address);
}

function addressOf(host = "unknown", port: number | undefined, address: Address): string {
  if ("path" in address) return printUrl(address);
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether its bytes never leave this machine: unix sockets, and pipes, have no address. */
function staysHere({ remoteAddress }: Socket): boolean {
  return remoteAddress === undefined || isLoopback(remoteAddress);
}

function stopping(server: Server, address: Address): () => void {
  const close = (): void => void (server.listening && server.close());
  if (!("path" in address) || process.platform === "win32") return close;
  const own = fileAt(address.path);
  return () => closeSocketFile(address.path, own, close);
}

/** Not for the server's own event, which waits for its connections too. */
function closeServer(server: Server): Promise<void> {
  if (server.listening) server.close();
  return new Promise((resolve) => setImmediate(resolve));
}

function target(address: Address): Address {
  return "path" in address ? { path: address.path } : { host: address.host, port: address.port };
}

/** Absolute, so that the URL holds wherever it is used. */
function socketPath(path: string): string {
  return process.platform === "win32" ? path : absolute(path);
}

function isThere(path: string): boolean {
  return fileAt(path) !== undefined;
}

/** What connecting fails with where nobody listens. */
const silent: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOENT"]);
const answerTimeoutMs = 1_000;
/** From the first byte to the end of the TLS handshake; of those on their way so many. */
const handshakeTimeoutMs = 5_000;
const strangersMax = 256;
/** A session is not taken up again without looking at the certificate. */
const noTickets = constants.SSL_OP_NO_TICKET;
const socketOptions = {
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 60_000,
  allowHalfOpen: false,
  highWaterMark: highWater,
} as const;
