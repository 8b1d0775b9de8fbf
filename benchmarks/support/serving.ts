import { connect } from "../../lib/client.js";
import type { Engine } from "../../lib/handles/engine.js";
import { listen } from "../../lib/server.js";
import { MemoryListener } from "../../lib/transport/memory.js";
import type { Transport } from "../../lib/transport/transport.js";
import type { FrameSizes } from "../limits/raw-echo.js";
import type { Operation } from "../operations/operation.js";
import { type Engines, together } from "./word-store.js";

/** What the serving process is told. */
export interface ServeJob {
  readonly path: string;
  readonly stored: number;
  readonly vectors: "words" | "random";
}

/** What the serving process answers: where its two engines listen, and its raw echo. */
export interface Served {
  readonly memory: string;
  readonly durable: string;
  readonly echo: number;
}

/** The two engines, in one reach. */
export type Reach = { readonly [E in Operation["engine"]]: Engine } & AsyncDisposable;

/** Clients of a server in another process. */
export function overTcp(
  urls: Pick<Served, "memory" | "durable">,
  connections: number,
): Promise<Reach> {
  return reachOf((engine) => connect(urls[engine], { connections }));
}

/** Clients over TCP of these engines, which share this process with them. */
export function overOwnTcp(engines: Engines): Promise<Reach> {
  return reachOf(async (engine) => {
    const server = await listen(engines[engine], { port: 0 });
    return connect(server.url, { connections: 1 });
  });
}

/** Clients of these engines over the in-memory transport. */
export function overMemory(engines: Engines): Promise<Reach> {
  return reachOf(async (engine) => connectInMemory(engines, engine, () => undefined));
}

/** The bytes that one call sends and that its answer has, as they go over any transport. */
export async function frameSizes(engines: Engines, operation: Operation): Promise<FrameSizes> {
  const used: Transport[] = [];
  await using client = await connectInMemory(engines, operation.engine, (transport) => {
    used.push(transport);
  });
  const call = operation.on(client);
  await call(0);
  const [{ bytesIn, bytesOut }] = used;
  const calls = 20;
  for (let i = 1; i <= calls; i++) await call(i);
  return {
    request: Math.round((used[0].bytesOut - bytesOut) / calls),
    answer: Math.round((used[0].bytesIn - bytesIn) / calls),
  };
}

async function connectInMemory(
  engines: Engines,
  engine: Operation["engine"],
  onOpen: (transport: Transport) => void,
) {
  const listener = new MemoryListener();
  await listen(engines[engine], { listener });
  const dial = async () => {
    const transport = await listener.dial();
    onOpen(transport);
    return transport;
  };
  return connect("memory", { connections: 1, dial });
}

async function reachOf(open: (engine: Operation["engine"]) => Promise<Engine>): Promise<Reach> {
  return together(await open("memory"), await open("durable"));
}
