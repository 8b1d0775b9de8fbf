import { connect } from "../../lib/client.js";
import type { Engine } from "../../lib/handles/engine.js";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import { listen, type Server } from "../../lib/server.js";
import { MemoryListener } from "../../lib/transport/memory.js";
import { clocked } from "../support/clocked.js";
import type { Opened, Reach } from "../support/reach.js";

/** A client of an engine in the same process, over transports that hand bytes on in memory. */
export function memoryTransportReach(name: string): Reach {
  return {
    name,
    async open({ limits, clock } = {}) {
      const engine = await open({ threads: 0, limits, provide: clocked(clock) });
      const listener = new MemoryListener();
      const server = await listen(engine, { listener });
      const client = await connect(server.url, { dial: () => listener.dial() });
      return openedBy({ engine, server, client });
    },
  };
}

/** A client of an engine in the same process, over TCP. */
export function tcpReach({ name, connections }: { name: string; connections: number }): Reach {
  return {
    name,
    async open({ limits, clock } = {}) {
      const engine = await open({ threads: 0, limits, provide: clocked(clock) });
      const server = await listen(engine, { port: 0 });
      const client = await connect(server.url, { connections });
      return openedBy({ engine, server, client });
    },
  };
}

function openedBy(parts: { engine: EmbeddedEngine; server: Server; client: Engine }): Opened {
  return {
    engine: parts.client,
    async close() {
      await parts.client.close();
      await parts.server.close();
      await parts.engine.close();
    },
  };
}
