import assert from "node:assert/strict";
import type { Query } from "../../lib/model/query.js";
import type { SessionSettings } from "../../lib/server/session-settings.js";
import { RawPeer } from "../support/raw-peer.js";
import { Serving } from "../support/serving.js";
import { until } from "../support/until.js";

describe("requests that wait for changes", () => {
  const waiting: Query = { kind: "changes", store: "s", since: "p", waitMs: 60_000 };
  let serving: Serving;
  beforeEach(() => {
    serving = new Serving();
    serving.engine.executor.holding.add("changes");
  });
  afterEach(() => serving.close());

  const serve = async (settings: Partial<SessionSettings> = {}) => {
    const server = await serving.listenInMemory({}, settings);
    const peer = await RawPeer.connect(await serving.dial(server));
    return { server, peer };
  };

  it("take no place among those in flight", async () => {
    const { peer, server } = await serve({ inFlightMax: 2 });
    for (let id = 1; id <= 10; id++) peer.request(id, waiting);
    peer.request(11, { kind: "search", store: "s", target: [1] });
    peer.request(12, { kind: "ping" });
    assert.equal((await peer.next("response")).id, 12);
    assert.equal(server.clients()[0].inFlight, 11);
    const held = await serving.engine.held(11);
    held[3].answer({ changes: [], next: "q" });
    assert.equal((await peer.next("response")).id, 4);
    peer.request(4, waiting);
    assert.equal((await serving.engine.held(12)).length, 12);
  });

  it("are refused with BUSY beyond their bound, until one of them is over", async () => {
    const { peer } = await serve({ waitingMax: 2 });
    for (const id of [1, 2, 3]) peer.request(id, waiting);
    const { id, error } = await peer.next("failure");
    assert.deepEqual([id, error.code], [3, "BUSY"]);
    peer.send({ kind: "cancel", id: 1 });
    assert.equal((await peer.next("failure")).error.code, "ABORTED");
    peer.request(3, waiting);
    assert.equal((await serving.engine.held(3)).length, 3);
  });

  it("that ask for no waiting count like any other", async () => {
    const { peer } = await serve({ waitingMax: 0 });
    peer.request(1, { kind: "changes", store: "s", waitMs: 0 });
    const [held] = await serving.engine.held(1);
    held.answer({ changes: [], next: "q" });
    assert.equal((await peer.next("response")).id, 1);
  });

  it("are given up when the server stops, which does not wait for them", async () => {
    const { server, peer } = await serve();
    peer.request(1, waiting);
    const [held] = await serving.engine.held(1);
    held.options?.signal?.addEventListener("abort", () => held.fail(held.options?.signal?.reason));
    const closing = server.close({ timeoutMs: 60_000 });
    await peer.next("goaway");
    assert.equal((await peer.next("failure")).id, 1);
    peer.send({ kind: "disconnect" });
    await closing;
    assert.equal(held.aborted, true);
  });

  it("are given up when their client is gone", async () => {
    const { server, peer } = await serve();
    peer.request(1, waiting);
    const [held] = await serving.engine.held(1);
    await peer.transport.close();
    await until(() => held.aborted && server.clients().length === 0);
    assert.equal(server.clients().length, 0);
  });
});
