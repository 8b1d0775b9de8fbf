import { childJob, questions } from "../support/child.js";
import { quiet } from "../support/quiet.js";
import type { DataSet } from "./data-sets/data-set.js";
import { holds, readFilters } from "./data-sets/filters.js";
import { readTruth } from "./data-sets/truth.js";
import { VectorFile } from "./data-sets/vector-file.js";
import type { IndexContender, OpenIndex, Place } from "./indexes/index-contender.js";
import { Judge } from "./judge.js";
import { type Memory, memoryOfProcess } from "./memory-of.js";
import { load } from "./packages.js";
import type {
  Built,
  Opened,
  Question,
  Ready,
  SearchJob,
  Turn,
  Turned,
} from "./search-questions.js";

// A process with one index, which does what it is asked: none disturbs another, and each has a memory to measure.
const { job, answer } = await childJob();
const { module, name, package: needed, data, truth } = job as SearchJob;
if (needed !== undefined) load(needed);
const contender = ((await import(module)) as { [name: string]: IndexContender })[name];
const vectors = new VectorFile(data.base, data.dimension, data.count);
const targets = questionsOf(data);
const judge = new Judge(vectors, targets, readTruth(truth, data.queryCount));
let index: OpenIndex | undefined;
let prepared: unknown[] = [];
let filtered: ReturnType<typeof readFilters> | undefined;
let next = 0;
let isQuiet = false;
const ready = () => answer({ how: contender.how } satisfies Ready);
for await (const question of questions(ready)) answer(await carryOut(question as Question));
await index?.close();
process.exit();

async function carryOut(question: Question): Promise<unknown> {
  switch (question.task) {
    case "build":
      return await build(question);
    case "open":
      return await open(question);
    case "turn":
      return await turn(question);
    case "settle":
      return await settle();
    case "memory":
      return memoryOfProcess();
    case "close":
      await index?.close();
      index = undefined;
      return "closed";
  }
}

/** So few are never linked, and nothing else is done behind an answer that would take long. */
function settle(): Promise<number> {
  return data.count < 1_000 ? Promise.resolve(performance.now()) : quiet();
}

async function build(place: Place): Promise<Built> {
  const start = performance.now();
  let ms = 0;
  let measuring = 0;
  let memory: Memory = { own: 0, mapped: 0 };
  await contender.build(place, vectors, async (at) => {
    ms = (at ?? (await settle())) - start;
    memory = memoryOfProcess();
    // Closing follows at once, and counts again.
    measuring = performance.now() - start - ms;
  });
  return { ms, closedMs: performance.now() - start - measuring, memory };
}

async function open(place: Place & { first?: number }): Promise<Opened> {
  const start = performance.now();
  index = await contender.open(place, vectors);
  const opened = index;
  const [effort] = opened.efforts;
  const target = opened.targetOf(targets[0]);
  effort.begin?.();
  const found = await effort.search(target);
  const ms = performance.now() - start;
  judge.recallOf(0, opened.idsOf(found));
  prepared = targets.map((vector) => opened.targetOf(vector));
  const batches = opened.efforts.every(({ searchMany }) => searchMany !== undefined);
  return { efforts: opened.efforts.map(({ label }) => label), batches, ms };
}

/** The clock runs while searches do, and stands while answers are judged. */
async function turn({
  effort: place,
  ms: wanted,
  most,
  batch,
  inFlight,
  filter: name,
}: Turn): Promise<Turned> {
  if (name !== undefined) filtered ??= readFilters(data);
  const filter = name === undefined ? undefined : filtered?.filters.get(name);
  const cellOf = filtered?.cellOf;
  const count = filter?.conditions.length ?? prepared.length;
  if (index === undefined) throw new Error("no index is open");
  if (!isQuiet) await settle();
  isQuiet = true;
  const effort = index.efforts[place];
  const asked: number[] = [];
  const answers: unknown[] = [];
  const from = next;
  effort.begin?.();
  const start = performance.now();
  const end = start + wanted;
  const program = async () => {
    while (asked.length < most && performance.now() < end) {
      if (batch === 1) {
        const number = next++ % count;
        const found = effort.search(prepared[number], filter?.conditions[number], cellOf);
        asked.push(number);
        const slot = answers.push(found) - 1;
        if (found instanceof Promise) answers[slot] = await found;
      } else {
        const numbers = Array.from({ length: batch }, () => next++ % prepared.length);
        const slot = answers.length;
        answers.length += batch;
        asked.push(...numbers);
        const all = await effort.searchMany?.(numbers.map((number) => prepared[number]));
        for (const [i, found] of (all ?? []).entries()) answers[slot + i] = found;
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, program));
  const ms = performance.now() - start;
  if (next - from !== asked.length) throw new Error("a question was not asked");
  const its = filter === undefined ? judge : new Judge(vectors, targets, filter.truth);
  let recall = 0;
  for (const [i, found] of answers.entries()) {
    const ids = index.idsOf(found);
    const condition = filter?.conditions[asked[i]];
    if (condition && !ids.every((id) => holds(condition, id, cellOf?.[id] ?? 0))) {
      throw new Error(`what was found does not match ${JSON.stringify(condition)}`);
    }
    recall += its.recallOf(asked[i], ids);
  }
  return { searches: asked.length, ms, recall: recall / asked.length };
}

function questionsOf({ queries, dimension, queryCount }: DataSet): Float32Array[] {
  using file = new VectorFile(queries, dimension, queryCount);
  const all = file.read(0, queryCount);
  return Array.from({ length: queryCount }, (_, i) => all.at(i));
}
