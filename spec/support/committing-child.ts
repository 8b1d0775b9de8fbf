import { numberedBatch } from "./numbered-batches.js";
import { openFolder } from "./open-folder.js";

/**
 * Commits numbered batches to the folder that its arguments name, from the number they give, says each
 * number once its batch is acknowledged, and goes on until it is killed.
 */
const [path = "", first = "", threads = ""] = process.argv.slice(2);
const persistence = await openFolder(path, Number(threads));
for (let number = Number(first); ; number++) {
  await persistence.commit(numberedBatch(number));
  process.send?.(number);
}
