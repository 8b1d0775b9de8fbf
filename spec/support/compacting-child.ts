import { writeSync } from "node:fs";
import { open } from "../../lib/index.js";

/** Compacts without a pause while it writes numbers, and says each that was acknowledged. */
const [path = "", first = "0"] = process.argv.slice(2);
const engine = await open(path, { threads: 1 });
const numbers = await engine.createStore("numbers", { dimension: 1, ifNotExists: true });
const compacting = (async () => {
  for (;;) await engine.compact();
})();
compacting.catch((error) => {
  console.error(error);
  process.exit(1);
});
for (let n = Number(first) + 1; ; n++) {
  const text = "x".repeat(n % 5_000);
  await numbers.set([
    { id: "last", vector: [n], metadata: { n } },
    { id: `${n % 100}`, vector: [n], metadata: { text } },
  ]);
  writeSync(1, `${n}\n`);
}
