// One client may hold several connections: they are opened as they are needed, and it stays one client.
import { open } from "ahnlich";
import { connect } from "ahnlich/client";
import { listen } from "ahnlich/server";

await using engine = await open();
await using server = await listen(engine, { port: 0 });
await using client = await connect(server.url, { name: "pool", connections: 4 });

const store = await client.createStore("numbers", { dimension: 2 });
await store.load(Array.from({ length: 1_000 }, (_, i) => ({ id: `${i}`, vector: [i, 1] })));

const targets = Array.from({ length: 1_000 }, (_, i) => [i, 1]);
const answers = await Promise.all(
  targets.map((target) => store.search(target, { limit: 1, metric: "euclidean" })),
);
console.log(answers.every(([match], i) => match.id === `${i}`));

const clients = await engine.clients();
console.log(clients.length, clients[0].name, clients[0].connections <= 4);
