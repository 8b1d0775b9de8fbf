// Any stream of bytes can be the transport: here two joined streams in one process.
import { duplexPair } from "node:stream";
import { open } from "ahnlich";
import { connect } from "ahnlich/client";
import { listen } from "ahnlich/server";
import { streamTransport } from "./support/stream-transport.js";

const [near, far] = duplexPair().map(streamTransport);

// A listener gives the transports that peers open; this one has a single peer.
const listener = {
  url: "stream",
  async *[Symbol.asyncIterator]() {
    yield far;
    await far.closed;
  },
  close: async () => undefined,
};

await using engine = await open();
await using server = await listen(engine, { listener });
await using client = await connect(server.url, { dial: async () => near });

await client.createStore("words", { dimension: 2 });
console.log((await engine.listStores()).map(({ name }) => name));
