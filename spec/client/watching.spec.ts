import assert from "node:assert/strict";
import { connect, type RemoteEngine } from "../../lib/client.js";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import { query } from "../../lib/model/query.js";
import { listen, type Server } from "../../lib/server.js";
import { rejects } from "../support/rejects.js";

describe("a client that watches", function () {
  this.timeout(120_000);
  let engine: EmbeddedEngine;
  let server: Server;
  let client: RemoteEngine;

  beforeEach(async () => {
    engine = await open({ threads: 0 });
    server = await listen(engine, { port: 0 });
    client = await connect(server.url, { connections: 1 });
    await engine.createStore("s", { dimension: 1 });
  });
  afterEach(async () => {
    await client.close();
    await engine.close();
  });

  it("goes on where it was when its server is started again, and misses nothing", async () => {
    const { port } = new URL(server.url);
    const store = engine.store("s");
    const watch = client.store("s").watch({ since: (await store.info()).position });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { id } of watch) {
        seen.push(id);
        if (id === "end") return;
      }
    })();
    for (let round = 0; round < 3; round++) {
      await store.set({ id: `before ${round}`, vector: [1] });
      await server.close();
      await store.set({ id: `while ${round}`, vector: [1] });
      server = await listen(engine, { port: Number(port) });
    }
    await store.set({ id: "end", vector: [1] });
    await reading;
    const rounds = [0, 1, 2].flatMap((round) => [`before ${round}`, `while ${round}`]);
    assert.deepEqual(seen, [...rounds, "end"]);
  });

  it("has places apart for what waits: more of it is BUSY, and all else goes on", async () => {
    const { next: since } = await client.execute(query.changes({ store: "s" }));
    const waiting = query.changes({ store: "s", since, waitMs: 60_000 });
    const asked = Array.from({ length: 1_024 }, () => client.execute(waiting));
    await rejects(client.execute(waiting), "BUSY");
    await Promise.all(Array.from({ length: 300 }, () => client.ping()));
    const { version } = await client.store("s").set({ id: "a", vector: [1] });
    for (const { changes } of await Promise.all(asked)) assert.equal(changes[0].version, version);
    await client.execute(query.changes({ store: "s", since, waitMs: 1 }));
  });
});
