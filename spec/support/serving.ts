import { connect } from "../../lib/client/connect.js";
import type { ConnectOptions } from "../../lib/client/connect-options.js";
import type { RemoteEngine } from "../../lib/client/remote-engine.js";
import { listenWith } from "../../lib/server/listen.js";
import type { ListenOptions } from "../../lib/server/listen-options.js";
import type { Server } from "../../lib/server/server.js";
import type { SessionSettings } from "../../lib/server/session-settings.js";
import { MemoryListener, type MemoryTransport } from "../../lib/transport/memory.js";
import type { Transport } from "../../lib/transport/transport.js";
import { FakeEngine } from "./fake-engine.js";

/** A fake engine with servers and clients, all closed by `close`. */
export class Serving {
  readonly engine = new FakeEngine();
  readonly servers: Server[] = [];
  readonly clients: RemoteEngine[] = [];
  readonly transports: Transport[] = [];
  /** The client's ends of the connections in memory, in the order they were dialled. */
  readonly dialled: MemoryTransport[] = [];
  readonly #listeners = new Map<Server, MemoryListener>();

  async listen(
    options: ListenOptions = { port: 0 },
    settings: Partial<SessionSettings> = {},
  ): Promise<Server> {
    // The fake engine holds searches, many at a time.
    const limits = { searchesAtOnceMax: 1_000, ...options.limits };
    const server = await listenWith(this.engine, { ...options, limits }, settings);
    this.servers.push(server);
    return server;
  }

  async listenInMemory(
    options: ListenOptions = {},
    settings: Partial<SessionSettings> = {},
  ): Promise<Server> {
    const listener = new MemoryListener();
    const server = await this.listen({ ...options, listener }, settings);
    this.#listeners.set(server, listener);
    return server;
  }

  /** A client of the server, over memory where it listens there. */
  async connect(server: Server, options: ConnectOptions = {}): Promise<RemoteEngine> {
    const memory = this.#listeners.has(server) ? { dial: () => this.dial(server) } : {};
    const client = await connect(server.url, { ...memory, ...options });
    this.clients.push(client);
    return client;
  }

  async dial(server: Server): Promise<MemoryTransport> {
    const transport = await this.#listeners.get(server)?.dial();
    if (transport === undefined) throw new Error("the server does not listen in memory");
    this.dialled.push(transport);
    this.transports.push(transport);
    return transport;
  }

  async close(): Promise<void> {
    await Promise.all(this.transports.map((transport) => transport.close()));
    await Promise.all(this.clients.map((client) => client.close({ timeoutMs: 0 })));
    await Promise.all(this.servers.map((server) => server.close({ timeoutMs: 0 })));
  }
}
