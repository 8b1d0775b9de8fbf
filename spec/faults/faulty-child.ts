import { readFileSync } from "node:fs";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { Persistence, provide } from "../../lib/ports.js";
import { openFolder } from "../support/open-folder.js";
import { randomNumbers } from "../support/random.js";
import { isBreakage, makeBroken } from "./breakages.js";
import type { ChildOrder } from "./faulty-process.js";
import { Journal } from "./journal.js";
import { Ledger } from "./ledger.js";
import { observe } from "./observe.js";
import { type Step, sharedStores, taskOf } from "./workload.js";

/**
 * Writes to the folder that its order names, several lanes side by side, and tells a journal what was asked and
 * what came of it: until it is killed, or each lane has done its tasks. Then it compares what it sees with
 * what it heard.
 */
const order = JSON.parse(process.argv[2]) as ChildOrder;
const journal = new Journal(order.journal);
const unanswered = Symbol("unanswered");

process.on("unhandledRejection", (reason) => {
  journal.complains(`a rejection that nobody handles: ${String(reason)}`);
});
// Whoever started it may be gone.
setTimeout(() => process.exit(3), 120_000).unref();
async function run(): Promise<void> {
  const engine = await settled("open", openIt());
  if (engine === unanswered || engine instanceof AhnlichError) return;
  for (const [name, options] of Object.entries(sharedStores)) {
    await settled("createStore", engine.createStore(name, { ...options, ifNotExists: true }));
  }
  process.stdout.write("ready\n");
  const lanes = Array.from({ length: order.lanes }, (_, lane) => runLane(engine, lane));
  await Promise.all(lanes);
  await compare(engine);
  await settled("close", engine.close());
}

async function openIt(): Promise<EmbeddedEngine> {
  const { path, threads, broken } = order;
  if (!isBreakage(broken)) return open(path, { threads });
  const persistence = makeBroken(broken, await openFolder(path, threads));
  return open({ threads, provide: [provide(Persistence, () => persistence)] });
}

async function runLane(engine: EmbeddedEngine, lane: number): Promise<void> {
  const random = randomNumbers(order.seed + lane * 1_000_003);
  for (let done = 0; order.tasks === 0 || done < order.tasks; done++) {
    const seed = Math.floor(random() * 2 ** 32);
    journal.asks(lane, seed);
    const outcomes = await carryOut(engine, taskOf(lane, seed));
    if (outcomes === unanswered) return;
    journal.hears(lane, outcomes);
  }
}

async function carryOut(
  engine: EmbeddedEngine,
  steps: readonly Step[],
): Promise<string[] | typeof unanswered> {
  const [step] = steps;
  if (steps.length === 1) {
    const answer = await settled(step.kind, engine.execute(step));
    return answer === unanswered ? answer : [outcomeOf(answer)];
  }
  const answers = await settled("pipeline", engine.pipeline(steps));
  if (answers === unanswered) return answers;
  if (answers instanceof AhnlichError) return steps.map(() => outcomeOf(answers));
  return answers.map((answer) => (answer.ok ? "ok" : outcomeOf(answer.error)));
}

/** What a call gave, or the error that it was rejected with, in bounded time. */
async function settled<T>(
  what: string,
  call: Promise<T>,
): Promise<T | AhnlichError | typeof unanswered> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof unanswered>((resolve) => {
    timer = setTimeout(resolve, patienceMs, unanswered);
  });
  try {
    const answer = await Promise.race([call, late]);
    if (answer === unanswered) journal.complains(`${what} is not answered after ${patienceMs} ms`);
    return answer;
  } catch (error) {
    if (error instanceof AhnlichError) {
      if (!expected.has(error.code)) journal.complains(`${what}: ${error.code}: ${error.message}`);
      journal.notes(`${what} ${error.code}`);
      return error;
    }
    journal.complains(`${what} is rejected with what is no error of ours: ${String(error)}`);
    return unanswered;
  } finally {
    clearTimeout(timer);
  }
}

function outcomeOf(answer: unknown): string {
  return answer instanceof AhnlichError ? answer.code : "ok";
}

/** What is seen now, after everything, must be what was heard. */
async function compare(engine: EmbeddedEngine): Promise<void> {
  const ledger = new Ledger();
  ledger.read(readFileSync(order.journal, "utf8"));
  const observed = await settled("reading all", observe(engine, order.seed));
  if (observed === unanswered || observed instanceof AhnlichError) return;
  for (const problem of ledger.judge(observed)) journal.complains(`while open: ${problem}`);
}

const patienceMs = 5_000;

/** What the workload may be refused with, and what a failing disk may give. */
const expected: ReadonlySet<string> = new Set([
  "STORE_EXISTS",
  "STORE_NOT_FOUND",
  "ENTRY_EXISTS",
  "IO_ERROR",
  "DISK_FULL",
  "READ_ONLY",
  "OUTCOME_UNKNOWN",
]);

await run();
journal.notes("ended");
