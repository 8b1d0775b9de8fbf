import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect } from "../../lib/client.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { Login } from "../../lib/server/login.js";
import { LoginThrottle } from "../../lib/server/login-throttle.js";
import { hashPassword } from "../../lib/server/password.js";
import { UserRegistry } from "../../lib/server/user-registry.js";
import { changeUsers } from "../../lib/server/users-file.js";
import { memoryPair } from "../../lib/transport/memory.js";
import { ServeProcess } from "../support/serve-process.js";
import { brokenLogin } from "./broken-login.js";
import { Distribution } from "./distribution.js";
import { type Findings, isEnough, type Suite, type SuiteTask } from "./suite.js";

/**
 * Guesses at passwords: they are all refused in the same words, those for unknown users after the same time as
 * those for known ones, and while they come as a flood who has logged in before goes on searching.
 */
export const loginsSuite: Suite = {
  unit: "guesses of each kind",
  short: 3,
  recorded: 1_000,
  run: async (task) => {
    const users = join(task.folder, "users.json");
    const password = await hashPassword("the right one");
    const rights = new Map([["*", "admin"]] as const);
    await changeUsers(users, async (all) => {
      all.set("ada", { name: "ada", password, certificate: false, rights });
    });
    const problems = new Set<string>();
    const guessed = await guess(task, users, problems);
    const isSeen = isEnough(task, [...problems]);
    const flooded = isSeen ? {} : await flood(task, users, problems);
    return { problems: [...problems], figures: { ...guessed, ...flooded } };
  },
};

/** One after the other, with a throttle for which an hour passes at each look at the clock. */
async function guess(
  task: SuiteTask,
  path: string,
  problems: Set<string>,
): Promise<Findings["figures"]> {
  const users = await UserRegistry.open(path);
  let hour = 0;
  const throttle = new LoginThrottle(() => 3_600_000 * ++hour);
  const login = brokenLogin(task.broken, new Login({ users, throttle, audit: undefined }), users);
  const [transport] = memoryPair();
  const times = { known: new Distribution(), unknown: new Distribution() };
  const words = new Set<string>();
  for (let done = 0; done < task.size; done++) {
    // In turns, since the machine has other work as well.
    for (const kind of done % 2 === 0
      ? (["known", "unknown"] as const)
      : (["unknown", "known"] as const)) {
      const user = kind === "known" ? "ada" : `nobody ${done}`;
      const begun = process.cpuUsage();
      words.add(await refusalOf(login.prove({ user, password: `guess ${done}` }, transport)));
      const { user: own, system } = process.cpuUsage(begun);
      times[kind].add((own + system) / 1_000);
    }
    task.progress(done);
  }
  users.close();
  if (words.size !== 1 || words.has("let in")) problems.add([...words].join(" | "));
  // The time of the processor, and its middle: what else the machine does makes single guesses slow.
  const [known, unknown] = [times.known.percentile(50), times.unknown.percentile(50)];
  if (isUnlike(times.known, times.unknown)) {
    problems.add(`a known user took ${known.toFixed(1)} ms, an unknown one ${unknown.toFixed(1)}`);
  }
  return {
    "ms of processor time for a guess at a known user": known.toFixed(2),
    "at an unknown one": unknown.toFixed(2),
    "difference in %": ((100 * Math.abs(known - unknown)) / known).toFixed(2),
  };
}

/**
 * Few guesses say only whether one kind is spared the derivation, of which a hundredth is left then: their least times
 * are compared, and with much room, since a busy machine makes single ones slow.
 */
function isUnlike(known: Distribution, unknown: Distribution): boolean {
  const isFew = known.size < fewGuesses;
  const [one, other] = [known, unknown].map((times) => times.percentile(isFew ? 0 : 50));
  return Math.max(one, other) > (isFew ? 10 : unlikeMax) * Math.min(one, other);
}

/** Searches one after the other, with and without a hundred guesses a second beside them. */
async function flood(
  task: SuiteTask,
  users: string,
  problems: Set<string>,
): Promise<Findings["figures"]> {
  await using serve = await ServeProcess.start(["--users", users, "--log-level", "error"]);
  await using client = await connect(serve.url, { user: "ada", password: "the right one" });
  const store = await client.createStore("s", { dimension: 100 });
  const vector = (i: number) =>
    Float32Array.from({ length: 100 }, (_, at) => Math.sin(i * 101 + at));
  await store.load(Array.from({ length: 10_000 }, (_, i) => ({ id: `${i}`, vector: vector(i) })));
  const [quiet, busy] = [new Distribution(), new Distribution()];
  let guesses = 0;
  for (let round = 0; round < 2 * roundsEach; round++) {
    const isFlooded = round % 2 === 1;
    const guessing = isFlooded ? await guesser(serve.url) : undefined;
    for (let i = 0; i < 20 * task.size; i++) {
      const begun = performance.now();
      await store.search(vector(i));
      (isFlooded ? busy : quiet).add(performance.now() - begun);
    }
    const report = await guessing?.stop();
    guesses += report?.guesses ?? 0;
    if (report !== undefined && report.letIn > 0) problems.add("a guess was let in");
  }
  const [alone, beside] = [quiet.percentile(99), busy.percentile(99)];
  return {
    "guesses in floods": guesses,
    "p99 of a search, ms": alone.toFixed(2),
    "in floods": beside.toFixed(2),
    ratio: (beside / alone).toFixed(2),
  };
}

interface Guesses {
  readonly guesses: number;
  readonly letIn: number;
}

/** A process that has begun to guess, and does until `stop`, which says what came of it. */
async function guesser(url: string): Promise<{ stop(): Promise<Guesses> }> {
  const child = fork(fileURLToPath(new URL("./guessing-child.js", import.meta.url)), [url]);
  await once(child, "message");
  return {
    async stop() {
      const told = once(child, "message");
      child.send("stop");
      const [[report]] = await Promise.all([told, once(child, "exit")]);
      return report;
    },
  };
}

async function refusalOf(guessing: Promise<unknown>): Promise<string> {
  try {
    await guessing;
    return "let in";
  } catch (error) {
    return error instanceof AhnlichError ? `${error.code}: ${error.message}` : String(error);
  }
}

const roundsEach = 3;
/** Far more than a busy machine makes of equal work, far less than there is without a derivation. */
const unlikeMax = 1.5;
const fewGuesses = 20;
