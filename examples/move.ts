// A store as a file, and back into another engine, over a connection: JSON lines.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open } from "ahnlich";
import { connect } from "ahnlich/client";
import { listen } from "ahnlich/server";
import { exportStore, importStore } from "ahnlich/transfer";

const folder = await mkdtemp(join(tmpdir(), "ahnlich-example-"));
const file = join(folder, "films.jsonl");

await using engine = await open();
const films = await engine.createStore("films", { dimension: 2, metric: "dot" });
await films.set([
  { id: "Alien", vector: [0.1, -3], metadata: { year: 1979 } },
  { id: "Solaris", vector: [2, 1], metadata: { seen: new Date("2024-02-29") } },
]);
await exportStore(engine, "films", file);
console.log((await readFile(file, "utf8")).trimEnd());

await using other = await open();
await using server = await listen(other, { port: 0 });
await using client = await connect(server.url);
const { inserted } = await importStore(client, "films", file, {
  onProgress: ({ entries }) => console.log(`${entries} set`),
});
console.log(inserted, (await other.store("films").info()).metric);

await rm(folder, { recursive: true });
