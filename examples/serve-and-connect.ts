// One engine, reached in this process and over TCP at once; a client has the same interface.
import { open } from "ahnlich";
import { connect } from "ahnlich/client";
import { listen } from "ahnlich/server";

await using engine = await open();
await using server = await listen(engine, { port: 0 });
await using client = await connect(server.url, { name: "reader" });

const here = await engine.createStore("points", { dimension: 2, metric: "euclidean" });
await here.set([
  { id: "near", vector: [1, 1] },
  { id: "far", vector: [9, 9] },
]);

const [nearest] = await client.store("points").search([0, 0], { limit: 1 });
console.log(nearest.id, nearest.distance === Math.SQRT2);

for (const { name, connections } of await engine.clients()) console.log(name, connections);
