import { open } from "../../lib/index.js";
import { keyedInsert } from "./keyed-insert.js";

/** Inserts numbered entries in the folder that its argument names, says each answer, and goes on until it is killed. */
const engine = await open(process.argv[2] ?? "", { threads: 0 });
const store = await engine.createStore("s", { dimension: 1, ifNotExists: true });
for (let first = 0; ; first += 8) {
  const inserting = Array.from({ length: 8 }, async (_, at) => {
    const { version } = await keyedInsert(store, first + at);
    process.send?.({ number: first + at, version });
  });
  await Promise.all(inserting);
}
