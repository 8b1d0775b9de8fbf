import { readFileSync, statfsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { Persistence, provide } from "../../lib/ports.js";
import { openFolder } from "../support/open-folder.js";
import { makeBroken } from "./breakages.js";
import type { ChildOrder } from "./faulty-process.js";
import { Journal } from "./journal.js";
import { LaneRunner, unanswered } from "./lane-runner.js";
import { Ledger } from "./ledger.js";
import { observe } from "./observe.js";

/**
 * Writes to the folder that its order names, several lanes side by side, and tells a journal what was asked and
 * what came of it: until it is killed, or each lane has done its tasks. Then it compares what it sees with
 * what it heard.
 */
const order = JSON.parse(process.argv[2]) as ChildOrder;
const journal = new Journal(order.journal);
const runner = new LaneRunner(journal, order.broken === undefined ? 5_000 : 1_000);

process.on("unhandledRejection", (reason) => {
  journal.complains(`a rejection that nobody handles: ${String(reason)}`);
});
// Whoever started it may be gone.
setTimeout(() => process.exit(3), 120_000).unref();
await run();
journal.notes("ended");

async function run(): Promise<void> {
  const engine = await runner.settled("open", openIt());
  if (engine === unanswered || engine instanceof AhnlichError) return;
  if (await runner.makeStores(engine)) {
    process.stdout.write("ready\n");
    if (order.scarce) fillDisk();
    if (order.compacts) void compactOverAndOver(engine);
    const { seed, tasks } = order;
    const lanes = Array.from({ length: order.lanes }, (_, lane) => lane);
    await Promise.all(lanes.map((lane) => runner.run(engine, { lane, seed, tasks })));
    await compare(engine);
  }
  await runner.settled("close", engine.close());
}

async function openIt(): Promise<EmbeddedEngine> {
  const { path, threads, broken } = order;
  if (broken === undefined) return open(path, { threads });
  const persistence = makeBroken(broken, await openFolder(path, threads));
  return open({ threads, provide: [provide(Persistence, () => persistence)] });
}

/** Until the process is killed. */
async function compactOverAndOver(engine: EmbeddedEngine): Promise<void> {
  let outcome: unknown;
  while (outcome !== unanswered && !(outcome instanceof AhnlichError)) {
    outcome = await runner.settled("compact", engine.compact());
    await setImmediate();
  }
}

/** Leaves the disk with less than the reserve; with half of it, so that deletes have pages. */
function fillDisk(): void {
  const { bsize, bavail, blocks } = statfsSync(order.path);
  const bytes = bsize * (bavail - Math.floor(blocks * 0.04));
  writeFileSync(join(dirname(order.path), "ballast"), Buffer.alloc(bytes));
}

/** What is seen now, after everything, must be what was heard. */
async function compare(engine: EmbeddedEngine): Promise<void> {
  const ledger = new Ledger();
  ledger.read(readFileSync(order.journal, "utf8"));
  const observed = await runner.settled("reading all", observe(engine, order.seed));
  if (observed === unanswered || observed instanceof AhnlichError) return;
  for (const problem of ledger.expected.judge(observed))
    journal.complains(`while open: ${problem}`);
}
