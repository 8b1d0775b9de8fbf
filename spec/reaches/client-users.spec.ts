import { connect } from "../../lib/client.js";
import { listen } from "../../lib/server.js";
import { MemoryListener } from "../../lib/transport/memory.js";
import { type GuardedReach, rightsContract } from "../contracts/rights.contract.js";
import { clientTls, serverTls } from "../support/certificates.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

const inMemory: GuardedReach = {
  name: "over transports in memory",
  async serve(engine, users) {
    const listener = new MemoryListener();
    const server = await listen(engine, { listener, users });
    return {
      server,
      connect: (user, password) =>
        connect(server.url, { user, password, dial: () => listener.dial() }),
    };
  },
};

const onThisMachine: GuardedReach = {
  name: "over TCP within the machine",
  async serve(engine, users) {
    const server = await listen(engine, { port: 0, users });
    return { server, connect: (user, password) => connect(server.url, { user, password }) };
  },
};

const onASocket: GuardedReach = {
  name: "over a unix socket, named in the URL",
  async serve(engine, users) {
    const folder = new TemporaryFolder();
    const server = await listen(engine, { socket: folder.at("s"), users });
    void server.closed.then(() => folder.remove());
    return {
      server,
      connect(user, password) {
        if (user === undefined) return connect(server.url);
        return connect(
          server.url.replace("//", `//${user}:${encodeURIComponent(password ?? "")}@`),
        );
      },
    };
  },
};

const overTls: GuardedReach = {
  name: "over TLS",
  async serve(engine, users) {
    const server = await listen(engine, { port: 0, users, tls: serverTls });
    const tls = clientTls();
    return { server, connect: (user, password) => connect(server.url, { user, password, tls }) };
  },
};

for (const reach of [inMemory, onThisMachine, onASocket, overTls]) rightsContract(reach);
