import { setTimeout } from "node:timers/promises";
import { open } from "../../lib/index.js";
import { SlotVectorIndexes } from "../../lib/indexes/slot-vector-indexes.js";
import { provide, VectorIndexes } from "../../lib/ports.js";

/** Closes an engine, a part of which takes a while and keeps no process alive; then says so. */
class SlowIndexes extends SlotVectorIndexes {
  override async close(): Promise<void> {
    await setTimeout(50, undefined, { ref: false });
    await super.close();
  }
}

const indexes = new SlowIndexes({ threads: 0 });
const engine = await open({ threads: 0, provide: [provide(VectorIndexes, indexes)] });
await engine.createStore("s", { dimension: 1 });
await engine.close();
process.stdout.write("closed");
