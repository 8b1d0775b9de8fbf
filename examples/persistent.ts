// The same, kept in a folder: an awaited write is on disk, and there again after the next open.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open } from "ahnlich";

const folder = await mkdtemp(join(tmpdir(), "ahnlich-persistent-"));

const engine = await open(folder);
const notes = await engine.createStore("notes", { dimension: 2 });
const { version } = await notes.set({ id: "a", vector: [1, 2], metadata: { text: "hello" } });
await engine.close();

const again = await open(folder);
const note = await again.store("notes").get("a");
console.log(note?.metadata.text, note?.version === version);
await again.close();

await rm(folder, { recursive: true });
