import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect } from "../../lib/client.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { Login } from "../../lib/server/login.js";
import { LoginThrottle } from "../../lib/server/login-throttle.js";
import { hashPassword, verifyPassword } from "../../lib/server/password.js";
import { UserRegistry } from "../../lib/server/user-registry.js";
import { changeUsers } from "../../lib/server/users-file.js";
import { memoryPair } from "../../lib/transport/memory.js";
import { ServeProcess } from "../support/serve-process.js";
import { brokenLogin } from "./broken-login.js";
import { Distribution } from "./distribution.js";
import { type Findings, isEnough, type Suite, type SuiteTask } from "./suite.js";

/**
 * Guesses at passwords: they are all refused in the same words, those for unknown users after the same work
 * and time as those for known ones, and while they come as a flood who has logged in before goes on searching.
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

type Kind = "known" | "unknown";

/**
 * One after the other, with a throttle for which an hour passes at each look at the clock. That both kinds are the same
 * work is counted; how long they take is judged only where there are enough of them.
 */
async function guess(
  task: SuiteTask,
  path: string,
  problems: Set<string>,
): Promise<Findings["figures"]> {
  const users = await UserRegistry.open(path);
  const work = { known: new Set<string>(), unknown: new Set<string>() };
  const times = { known: new Distribution(), unknown: new Distribution() };
  const words = new Set<string>();
  const guessOnce = guesser(task, users);
  const isTimed = task.size >= timedGuesses;
  // The first ones make a thread and have it compiled.
  if (isTimed) for (const kind of kinds) await guessOnce(kind, "warming up");
  for (let done = 0; done < task.size; done++) {
    // In turns, since the machine has other work as well.
    for (const kind of done % 2 === 0 ? kinds : kinds.toReversed()) {
      const begun = process.cpuUsage();
      const guessed = await guessOnce(kind, `${done}`);
      const { user: own, system } = process.cpuUsage(begun);
      times[kind].add((own + system) / 1_000);
      words.add(guessed.words);
      work[kind].add(guessed.work);
    }
    task.progress(done);
  }
  users.close();
  if (words.size !== 1 || words.has("let in")) problems.add([...words].join(" | "));
  if (new Set([...work.known, ...work.unknown]).size !== 1) {
    const [known, unknown] = [work.known, work.unknown].map((each) => [...each].join(" | "));
    problems.add(`a guess at a known user derived ${known}, at an unknown one ${unknown}`);
  }
  // The time of the processor, and its middle: what else the machine does makes single guesses slow.
  const [known, unknown] = [times.known.percentile(50), times.unknown.percentile(50)];
  if (isTimed && Math.max(known, unknown) > unlikeMax * Math.min(known, unknown)) {
    problems.add(`a known user took ${known.toFixed(1)} ms, an unknown one ${unknown.toFixed(1)}`);
  }
  return {
    "ms of processor time for a guess at a known user": known.toFixed(2),
    "at an unknown one": unknown.toFixed(2),
    "difference in %": ((100 * Math.abs(known - unknown)) / known).toFixed(2),
  };
}

/** Guesses once: in which words it was refused, and what was derived for it. */
function guesser(
  { broken }: SuiteTask,
  users: UserRegistry,
): (kind: Kind, name: string) => Promise<{ words: string; work: string }> {
  let derived: string[] = [];
  const verify: typeof verifyPassword = (password, stored, isWanted) => {
    derived.push(stored.slice(0, stored.lastIndexOf("$")).replace(/[^$]*$/, ""));
    return verifyPassword(password, stored, isWanted);
  };
  let hour = 0;
  const throttle = new LoginThrottle(() => 3_600_000 * ++hour);
  const login = brokenLogin(
    broken,
    new Login({ users, throttle, audit: undefined, verify }),
    users,
  );
  const [transport] = memoryPair();
  return async (kind, name) => {
    derived = [];
    const user = kind === "known" ? "ada" : `nobody ${name}`;
    const words = await refusalOf(login.prove({ user, password: `guess ${name}` }, transport));
    return { words, work: derived.join(" and ") || "nothing" };
  };
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
    const guessing = isFlooded ? await flooder(serve.url) : undefined;
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
async function flooder(url: string): Promise<{ stop(): Promise<Guesses> }> {
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
/** Of fewer the middle says nothing. */
const timedGuesses = 20;
const kinds: readonly Kind[] = ["known", "unknown"];
