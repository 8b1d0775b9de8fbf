import assert from "node:assert/strict";
import fc from "fast-check";
import { connect } from "../../lib/client/connect.js";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import type { Query } from "../../lib/model/query.js";
import { encodeFrames } from "../../lib/protocol/frame-writer.js";
import { clientHello } from "../../lib/protocol/handshake.js";
import { encodeQuery } from "../../lib/protocol/query-codec.js";
import { listen } from "../../lib/server.js";
import { MemoryListener } from "../../lib/transport/memory.js";
import { hostileFrames } from "../support/hostile-frames.js";
import { introduction, RawPeer } from "../support/raw-peer.js";
import { Serving } from "../support/serving.js";
import { until } from "../support/until.js";

const queries: Query[] = [
  { kind: "ping" },
  { kind: "get", store: "s", keys: ["a", [1, 2]] },
  { kind: "set", store: "s", entries: [{ id: "a", vector: [1], metadata: { year: 3 } }] },
  { kind: "pipeline", queries: [{ kind: "ping" }, { kind: "count", store: "s" }] },
  { kind: "search", store: "s", target: [1, 2] },
];

/** A whole conversation of an honest client. */
const conversation = Buffer.concat([
  clientHello(1 << 20),
  ...encodeFrames([introduction()], 1 << 20),
  ...queries.flatMap((query, at) =>
    encodeFrames([{ kind: "request", id: at + 1, query: encodeQuery(query) }], 1 << 20),
  ),
  ...encodeFrames([{ kind: "cancel", id: 5 }], 1 << 20),
]);

const mutation = fc.record({
  at: fc.nat(conversation.length - 1),
  length: fc.nat(8),
  bytes: fc.uint8Array({ maxLength: 8 }),
});

/** The conversation with some pieces replaced, cut into chunks anywhere. */
const chunks = fc
  .record({
    mutations: fc.array(mutation, { maxLength: 3 }),
    end: fc.nat(conversation.length),
    whole: fc.boolean(),
    cuts: fc.array(fc.nat(conversation.length), { maxLength: 6 }),
  })
  .map(({ mutations, end, whole, cuts }) => {
    let bytes: Buffer = conversation;
    for (const { at, length, bytes: inserted } of mutations) {
      bytes = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + length)]);
    }
    if (!whole) bytes = bytes.subarray(0, end);
    const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
    return places.slice(1).map((place, at) => bytes.subarray(places[at], place));
  });

describe("a hostile frame", () => {
  const engines: EmbeddedEngine[] = [];
  after(() => Promise.all(engines.map((engine) => engine.close())));

  for (const { name, bytes } of hostileFrames()) {
    it(`of ${name} is refused or answered, and nothing else happens`, async () => {
      const engine = await open({ threads: 0 });
      engines.push(engine);
      const listener = new MemoryListener();
      const server = await listen(engine, { listener });
      const honest = await connect("honest", { dial: () => listener.dial() });
      const peer = await RawPeer.connect(await listener.dial());
      peer.bytes(bytes);
      peer.request(99, { kind: "ping" });
      const kinds = new Set<string | undefined>();
      for (let answers = 0; answers < 10; answers++) {
        const message = await peer.any();
        kinds.add(message?.kind);
        if (message === undefined || ("id" in message && message.id === 99)) break;
      }
      assert.ok(kinds.has("refuse") || kinds.has("response"), [...kinds].join());
      assert.ok((await honest.ping()) >= 0);
      assert.deepEqual(await engine.listStores(), []);
      await peer.transport.close();
      await honest.close();
      await server.close();
    });
  }
});

describe("hostile bytes", () => {
  let serving: Serving;
  before(() => {
    serving = new Serving();
  });
  after(() => serving.close());

  it("neither end the server nor touch another client, and leave nothing behind", async () => {
    const server = await serving.listenInMemory();
    const honest = await serving.connect(server, { name: "honest" });
    await fc.assert(
      fc.asyncProperty(chunks, fc.boolean(), async (given, cut) => {
        const transport = await serving.dial(server);
        for (const chunk of given) void transport.send([chunk]);
        await honest.ping();
        if (cut) transport.break();
        else await transport.close();
        await until(() => server.clients().length === 1, "the stranger's end");
        assert.equal(server.clients()[0].name, "honest");
      }),
      { numRuns: 300 },
    );
    assert.equal((await honest.pipeline([{ kind: "ping" }])).length, 1);
  });

  it("that go on for ever are not kept", async () => {
    const server = await serving.listenInMemory();
    const transport = await serving.dial(server);
    const noise = new Uint8Array(64 * 1024).fill(0xc1);
    for (let i = 0; i < 100; i++) {
      const waiting = transport.send([noise]);
      if (waiting !== undefined) await waiting;
    }
    await transport.closed;
    assert.deepEqual(server.clients(), []);
  });
});
