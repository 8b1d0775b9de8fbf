import { AhnlichError } from "../../lib/model/errors.js";
import { WriteBatch } from "../../lib/persistence/write-batch.js";
import { manyRows, numberKey } from "../contracts/persistence.contract.js";
import { openFolder } from "./open-folder.js";

/**
 * Runs where files cannot grow beyond a few megabytes: commits until that fails, tries once more, and says as JSON
 * how both failed and which commit a snapshot shows afterwards. Rejections that nobody handles end it.
 */
const [path = "", rows = "", threads = ""] = process.argv.slice(2);
const persistence = await openFolder(path, Number(threads));
const codes: string[] = [];
let acknowledged = -1;
while (codes.length < 2) {
  const batch = new WriteBatch();
  for (let row = 0; row < Number(rows); row++) {
    batch.reserve("vectors", numberKey((acknowledged + 1) * Number(rows) + row), 3_000);
  }
  batch.put("meta", Buffer.from("last"), numberKey(acknowledged + 1));
  try {
    await persistence.commit(batch);
    acknowledged++;
  } catch (error) {
    codes.push(error instanceof AhnlichError ? error.code : String(error));
  }
}
const snapshot = persistence.snapshot();
const last = Buffer.from(snapshot.get("meta", Buffer.from("last")) ?? numberKey(0)).readUInt32BE(4);
snapshot.release();
await persistence.commit(manyRows(1)).catch((error) => codes.push(error.code));
await persistence.close();
process.stdout.write(JSON.stringify({ codes, acknowledged, last }));
