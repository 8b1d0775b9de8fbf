import { open } from "../../lib/index.js";

/** Makes the index of its second argument in the folder of the first, says so when it is usable, and then drops it. */
const engine = await open(process.argv[2] ?? "", { threads: 0 });
const store = engine.store("s");
process.send?.("begun");
await store.createIndex(process.argv[3] ?? "");
process.send?.("built");
await store.dropIndex(process.argv[3] ?? "");
process.send?.("dropped");
// What is dropped is erased afterwards, until it is killed.
setInterval(() => {}, 1_000);
