import { randomBytes } from "node:crypto";
import type { ClientInfo } from "../model/answers.js";
import { AhnlichError } from "../model/errors.js";
import type { ConnectMessage } from "../protocol/message.js";

/** One connection of a client, as far as its report goes. */
export interface ClientConnection {
  readonly peer: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly inFlight: number;
  /** Whether there is room for more of its answers. */
  readonly takesAnswers: boolean;
  /** When (`performance.now`) something last came from it. */
  readonly touched: number;
}

/** The clients of one server: each `connect()` once, however many connections it holds. */
export class ClientList {
  readonly #clientsMax: number;
  readonly #connectionsMax: number;
  readonly #clients = new Map<string, ConnectedClient>();

  constructor(clientsMax: number, connectionsMax: number) {
    this.#clientsMax = clientsMax;
    this.#connectionsMax = connectionsMax;
  }

  /** @throws BUSY when there are as many clients as may be; LIMIT_EXCEEDED for their connections. */
  enter(message: ConnectMessage, connection: ClientConnection, user?: string): ConnectedClient {
    const key = keyOf(message, user);
    let client = this.#clients.get(key);
    if (client === undefined) {
      if (this.#clients.size >= this.#clientsMax) {
        const sentence = `the server has ${this.#clientsMax} clients, as many as it takes`;
        throw new AhnlichError("BUSY", sentence, { details: { maxClients: this.#clientsMax } });
      }
      client = new ConnectedClient(message, connection.peer, user);
      this.#clients.set(key, client);
    }
    client.add(connection, this.#connectionsMax);
    return client;
  }

  leave(client: ConnectedClient, connection: ClientConnection): void {
    if (client.remove(connection)) this.#clients.delete(client.key);
  }

  report(): ClientInfo[] {
    return Array.from(this.#clients.values(), (client) => client.report());
  }
}

export class ConnectedClient {
  /** What its connections call themselves by; known to them alone, unlike the id. */
  readonly key: string;
  /** Whose client it is, where the server has users. */
  readonly user: string | undefined;
  readonly #id = randomBytes(8).toString("hex");
  readonly #name: string;
  readonly #version: string;
  readonly #address: string;
  readonly #since = Date.now();
  readonly #connections = new Set<ClientConnection>();
  /** Of connections that are closed. */
  #bytesIn = 0;
  #bytesOut = 0;
  #touched = 0;

  constructor(message: ConnectMessage, address: string, user: string | undefined) {
    this.key = keyOf(message, user);
    this.user = user;
    this.#name = printable(message.name);
    this.#version = printable(message.version);
    this.#address = address;
  }

  /** Whether there is room for more of the answers of every connection. */
  get takesAnswers(): boolean {
    for (const { takesAnswers } of this.#connections) if (!takesAnswers) return false;
    return true;
  }

  /** @throws LIMIT_EXCEEDED */
  add(connection: ClientConnection, connectionsMax: number): void {
    if (this.#connections.size >= connectionsMax) {
      const sentence = `expected at most ${connectionsMax} connections of one client, got one more`;
      throw new AhnlichError("LIMIT_EXCEEDED", sentence);
    }
    this.#connections.add(connection);
  }

  /** Whether it was the last. */
  remove(connection: ClientConnection): boolean {
    if (!this.#connections.delete(connection)) return false;
    this.#bytesIn += connection.bytesIn;
    this.#bytesOut += connection.bytesOut;
    this.#touched = Math.max(this.#touched, connection.touched);
    return this.#connections.size === 0;
  }

  report(): ClientInfo {
    let touched = this.#touched;
    let inFlight = 0;
    let bytesIn = this.#bytesIn;
    let bytesOut = this.#bytesOut;
    for (const connection of this.#connections) {
      touched = Math.max(touched, connection.touched);
      inFlight += connection.inFlight;
      bytesIn += connection.bytesIn;
      bytesOut += connection.bytesOut;
    }
    return {
      id: this.#id,
      name: this.#name,
      version: this.#version,
      ...(this.user === undefined ? {} : { user: this.user }),
      address: this.#address,
      connections: this.#connections.size,
      since: this.#since,
      idleMs: Math.max(0, performance.now() - touched),
      inFlight,
      bytesIn,
      bytesOut,
    };
  }
}

/** Who gives the client id of another user's client is not taken for it. No name of a user has a blank. */
function keyOf({ clientId }: ConnectMessage, user: string | undefined): string {
  return user === undefined ? clientId : `${user} ${clientId}`;
}

/** What strangers call themselves, fit for a terminal. */
function printable(text: string): string {
  return text.slice(0, textMax).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?");
}

const textMax = 100;
