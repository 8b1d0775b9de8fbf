// Calls that are not awaited share a connection; a pipeline is a list of queries, answered in order.
import { open, query } from "ahnlich";
import { connect } from "ahnlich/client";
import { listen } from "ahnlich/server";

await using engine = await open();
await using server = await listen(engine, { port: 0 });
await using client = await connect(server.url, { connections: 1 });

const store = await client.createStore("numbers", { dimension: 2 });
const writes = Array.from({ length: 500 }, (_, i) => store.set({ id: `${i}`, vector: [i, 1] }));
await Promise.all(writes);
console.log(await store.count());

const outcomes = await client.pipeline([
  query.delete({ store: "numbers", target: ["7", "8"] }),
  query.get({ store: "nowhere", keys: ["1"] }),
  query.count({ store: "numbers" }),
]);
for (const outcome of outcomes) {
  console.log(outcome.ok ? outcome.response : outcome.error.message);
}
