import { chmodSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { resolve as absolute } from "node:path";
import { AhnlichError } from "../model/errors.js";
import { type Address, printUrl } from "./address.js";
import { connectionRoom } from "./descriptors.js";
import { Queue } from "./queue.js";
import { closeSocketFile, fileAt, isUntouched } from "./socket-file.js";
import type { Listener, Transport } from "./transport.js";

export interface DialOptions {
  /** How long to wait for the connection; 5,000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether the transport keeps the process alive while it is open; it does unless this is false. */
  readonly lively?: boolean | undefined;
}

/**
 * A transport to whoever listens there.
 *
 * @throws CONNECTION_LOST where nobody answers, TIMEOUT, ABORTED
 */
export function dial(address: Address, options: DialOptions = {}): Promise<Transport> {
  const { timeoutMs = 5_000, signal, lively = true } = options;
  const url = printUrl(address);
  if (signal?.aborted) return Promise.reject(aborted(url, signal));
  return new Promise((resolve, reject) => {
    const socket = connect({ ...target(address), ...socketOptions });
    const give = (): void => {
      stop();
      if (!lively) socket.unref();
      resolve(new SocketTransport(socket, url));
    };
    const fail = (error: Error): void => {
      stop();
      socket.on("error", () => {});
      socket.destroy();
      reject(error);
    };
    const onError = (cause: Error): void => fail(unreachable(url, cause));
    const onAbort = (): void => fail(aborted(url, signal));
    const timer = setTimeout(() => {
      fail(new AhnlichError("TIMEOUT", `no connection to ${url} within ${timeoutMs} ms`));
    }, timeoutMs);
    const stop = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      socket.off("error", onError).off("connect", give);
    };
    signal?.addEventListener("abort", onAbort);
    socket.on("error", onError).on("connect", give);
  });
}

/**
 * Listens on a TCP port, or on a unix socket (on Windows a named pipe). Port 0 is any free one. The
 * file that a dead server has left at the path is replaced, and removed on close. `onFull` is told of a peer that was
 * let go since the process can hardly open anything more; listening goes on.
 *
 * @throws ADDRESS_IN_USE, IO_ERROR
 */
export async function listenTcp(address: Address, onFull?: OnFull): Promise<Listener> {
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
 * until it is closed or the process is dead. Only this user may connect. Whoever does is let go at
 * once, or is given to `welcome`. Neither it nor they keep the process alive.
 *
 * @throws ADDRESS_IN_USE where something is there already, IO_ERROR otherwise
 */
export function hang(
  path: string,
  welcome?: (transport: Transport) => void,
): { close(): Promise<void> } {
  const server = createServer(socketOptions, (socket) => {
    socket.unref();
    if (welcome !== undefined) return welcome(new SocketTransport(socket, printUrl({ path })));
    socket.on("error", () => {});
    socket.destroy();
  });
  server.on("error", () => {}); // told below, without waiting for the event
  server.listen({ path, exclusive: true });
  if (!server.listening) {
    const code = isThere(path) ? "ADDRESS_IN_USE" : "IO_ERROR";
    throw new AhnlichError(code, `cannot listen on ${path}`);
  }
  if (process.platform !== "win32") chmodSync(path, 0o600);
  server.unref();
  return { close: () => closeServer(server) };
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

class SocketListener implements Listener {
  readonly url: string;
  readonly #opened: Queue<Transport>;
  readonly #stop: () => void;

  /** `stop` lets nobody connect any more. */
  constructor(url: string, opened: Queue<Transport>, stop: () => void) {
    this.url = url;
    this.#opened = opened;
    this.#stop = stop;
  }

  /** Transports that nobody has taken yet are closed. */
  async close(): Promise<void> {
    this.#opened.end();
    const left = this.#opened.clear();
    this.#stop();
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all(left.map((transport) => transport.close()));
  }

  [Symbol.asyncIterator](): AsyncIterator<Transport> {
    return this.#opened;
  }
}

class SocketTransport implements Transport {
  readonly closed: Promise<Error | undefined>;
  readonly peer: string;
  readonly confidential: boolean;
  readonly #socket: Socket;
  readonly #arrived: Queue<Uint8Array> = new Queue((chunk) => this.#took(chunk));
  #waitingBytes = 0;
  #drained: Promise<void> | undefined;
  #closing = false;

  constructor(socket: Socket, peer: string) {
    this.#socket = socket;
    this.peer = peer;
    this.confidential = staysHere(socket);
    let reason: Error | undefined;
    socket.on("error", (cause) => {
      reason = new AhnlichError("CONNECTION_LOST", `the connection with ${peer} broke`, { cause });
    });
    socket.on("data", (chunk) => this.#came(chunk));
    socket.on("end", () => this.#arrived.end());
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.#arrived.end();
        resolve(reason);
      });
    });
  }

  get bytesIn(): number {
    return this.#socket.bytesRead;
  }

  get bytesOut(): number {
    return this.#socket.bytesWritten;
  }

  send(chunks: readonly Uint8Array[]): Promise<void> | undefined {
    const socket = this.#socket;
    if (!socket.writable) return undefined;
    // Corked until the turn is over: everything sent in it leaves with one system call.
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    for (const chunk of chunks) {
      if (chunk.length > 0) socket.write(chunk);
    }
    if (!socket.writableNeedDrain) return undefined;
    this.#drained ??= this.#drain();
    return this.#drained;
  }

  async close(): Promise<void> {
    this.#arrived.end();
    this.#arrived.clear();
    if (!this.#closing && !this.#socket.closed) {
      this.#closing = true;
      // What still comes is read and dropped: closing on unread bytes would reset the connection,
      // and with it what the peer has not read yet.
      this.#socket.resume();
      this.#socket.end();
      this.#destroyWhenStuck();
    }
    await this.closed;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#arrived;
  }

  #came(chunk: Uint8Array): void {
    if (this.#closing) return;
    this.#waitingBytes += chunk.length;
    this.#arrived.put(chunk);
    if (this.#waitingBytes > highWater) this.#socket.pause();
  }

  #took(chunk: Uint8Array): void {
    this.#waitingBytes -= chunk.length;
    if (this.#waitingBytes <= highWater / 2 && this.#socket.isPaused()) this.#socket.resume();
  }

  #drain(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#socket.off("drain", done).off("close", done);
        this.#drained = undefined;
        resolve();
      };
      this.#socket.on("drain", done).on("close", done);
    });
  }

  /** A peer that takes nothing more cannot hold the close up for ever. */
  #destroyWhenStuck(): void {
    const socket = this.#socket;
    let before = socket.writableLength;
    const timer = setInterval(() => {
      const now = socket.writableLength;
      if (now > 0 && now < before) {
        before = now;
        return;
      }
      clearInterval(timer);
      socket.destroy();
    }, stuckMs);
    timer.unref();
    socket.on("close", () => clearInterval(timer));
  }
}

/** Told of the address of a peer. */
type OnFull = (peer: string) => void;

function listenOnce(address: Address, onFull?: OnFull): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const opened = new Queue<Transport>();
    const server = createServer(socketOptions, (socket) => {
      opened.put(new SocketTransport(socket, peerOf(socket, address)));
    });
    const room = connectionRoom();
    if (room !== undefined) server.maxConnections = room;
    server.on("drop", (peer) =>
      onFull?.(addressOf(peer?.remoteAddress, peer?.remotePort, address)),
    );
    server.on("error", reject);
    server.listen({ ...target(address), exclusive: true }, () => {
      server.off("error", reject);
      server.on("error", () => {}); // one connection that could not be accepted; the rest go on
      const url = printUrl(reached(server, address));
      resolve(new SocketListener(url, opened, stopping(server, address)));
    });
  });
}

/** The address with the port that the system chose. */
function reached(server: Server, address: Address): Address {
  const bound = server.address();
  if ("path" in address || bound === null || typeof bound === "string") return address;
  return { host: address.host, port: bound.port };
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
  return remoteAddress === undefined || loopback.test(remoteAddress);
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

function unbindable(address: Address, cause: unknown): AhnlichError {
  const url = printUrl(address);
  const code = codeOf(cause);
  return code === "EADDRINUSE"
    ? new AhnlichError("ADDRESS_IN_USE", `cannot listen on ${url}: it is taken`, { cause })
    : new AhnlichError("IO_ERROR", `cannot listen on ${url}: ${code}`, { cause });
}

function unreachable(url: string, cause: Error): AhnlichError {
  return new AhnlichError("CONNECTION_LOST", `cannot reach ${url}: ${codeOf(cause)}`, { cause });
}

function aborted(url: string, signal: AbortSignal | undefined): AhnlichError {
  return new AhnlichError("ABORTED", `given up connecting to ${url}`, { cause: signal?.reason });
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : String(error);
}

/** What connecting fails with where nobody listens. */
const silent: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOENT"]);
const loopback = /^(?:::1|(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/;
const answerTimeoutMs = 1_000;
const stuckMs = 5_000;
/** Bytes that may wait for a reader, or to be sent, before the sender is asked to wait. */
const highWater = 256 * 1024;
const socketOptions = {
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 60_000,
  allowHalfOpen: false,
  highWaterMark: highWater,
} as const;
