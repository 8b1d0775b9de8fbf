import { readFileSync, writeFileSync } from "node:fs";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { Persistence, provide } from "../../lib/ports.js";
import { naiveDistance } from "../support/naive-search.js";
import { openFolder } from "../support/open-folder.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { makeBroken } from "./breakages.js";
import type { FlipOrder, FlipVerdict, Truth } from "./flip-suite.js";
import { textOf } from "./truth.js";

/**
 * Opens a folder of whose file one byte is wrong, asks for everything in every way, verifies, writes and asks again.
 * What it is given is right, or an error of ours, or missing; it says which.
 */
const order = JSON.parse(process.argv[2]) as FlipOrder;
const truth = JSON.parse(readFileSync(order.truth, "utf8")) as Truth;
const verdict: FlipVerdict = { wrong: [], lost: 0, errors: [], verified: 0 };

async function openIt(): Promise<EmbeddedEngine> {
  const { path, broken } = order;
  if (broken === undefined) return open(path, { threads: 0 });
  const persistence = makeBroken(broken, await openFolder(path, 0));
  return open({ threads: 0, provide: [provide(Persistence, () => persistence)] });
}

async function askAll(engine: EmbeddedEngine): Promise<void> {
  await attempt("listStores", async () => {
    const stores = await engine.listStores();
    verdict.lost += Object.keys(truth).length - stores.length;
  });
  for (const name of Object.keys(truth)) {
    await findAll(engine, name);
    await getEach(engine, name);
    await searchFor(engine, name);
  }
}

async function findAll(engine: EmbeddedEngine, name: string): Promise<void> {
  const seen = new Set<string>();
  await attempt("find", async () => {
    let last = "";
    for await (const { id, vector, metadata } of engine.store(name).entries()) {
      if (seen.has(id)) verdict.wrong.push(`find ${name}: ${id} comes twice`);
      if (Buffer.compare(Buffer.from(id), Buffer.from(last)) < 0) {
        verdict.wrong.push(`find ${name}: ${id} comes after ${last}`);
      }
      last = id;
      seen.add(id);
      compare("find", name, id, textOf(vector, metadata));
    }
    verdict.lost += Math.max(0, Object.keys(truth[name]).length - seen.size);
  });
}

async function getEach(engine: EmbeddedEngine, name: string): Promise<void> {
  const ids = Object.keys(truth[name]);
  const step = Math.ceil(ids.length / getsMax);
  for (const id of ids.filter((_, i) => i % step === 0)) {
    await attempt("get", async () => {
      const entry = await engine.store(name).get(id);
      if (entry === undefined) verdict.lost++;
      else if (entry.id !== id) verdict.wrong.push(`get ${name}: ${id} gave ${entry.id}`);
      else compare("get", name, id, textOf(entry.vector, entry.metadata));
    });
  }
}

async function searchFor(engine: EmbeddedEngine, name: string): Promise<void> {
  const random = randomNumbers(order.seed);
  await attempt("search", async () => {
    const store = engine.store(name);
    const { dimension, metric } = await store.info();
    const target = randomVector(random, dimension);
    const include = { vector: true, metadata: true } as const;
    const matches = await store.search(target, { limit: 10_000, recall: 1, include });
    for (const { id, distance, vector, metadata } of matches) {
      compare("search", name, id, textOf(vector, metadata));
      const expected = naiveDistance(metric, target, vector);
      if (Math.abs(distance - expected) > 1e-9)
        verdict.wrong.push(`search ${name}: ${id} at ${distance}`);
    }
    verdict.lost += Math.max(0, Object.keys(truth[name]).length - matches.length);
  });
}

function compare(how: string, store: string, id: string, text: string): void {
  const expected = truth[store][id];
  if (expected === text) return;
  verdict.wrong.push(`${how} ${store}: ${id} is ${text}, expected ${expected ?? "nothing"}`);
}

/** What is written is right from now on, as far as it was acknowledged. */
async function write(engine: EmbeddedEngine): Promise<void> {
  const random = randomNumbers(order.seed + 1);
  for (const name of Object.keys(truth)) {
    await attempt("set", async () => {
      const { dimension } = await engine.store(name).info();
      for (let i = 0; i < 5; i++) {
        const vector = randomVector(random, dimension);
        const metadata = { lane: 9, number: i, text: "w".repeat(i * 300) };
        await engine.store(name).set({ id: `9:${i}`, vector, metadata });
        truth[name][`9:${i}`] = textOf(vector, metadata);
      }
    });
  }
}

async function attempt(what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    note(what, error);
  }
}

function note(what: string, error: unknown): void {
  const code = error instanceof AhnlichError ? error.code : `no error of ours: ${String(error)}`;
  const cause = code === "INTERNAL" ? ` ${String((error as Error).message)}` : "";
  verdict.errors.push(`${what} ${code}${cause}`);
}

const getsMax = 200;

try {
  const engine = await openIt();
  await askAll(engine);
  await attempt("verify", async () => {
    verdict.verified += (await engine.verify()).problems.length;
  });
  await write(engine);
  await askAll(engine);
  await attempt("close", () => engine.close());
} catch (error) {
  note("open", error);
}
writeFileSync(order.verdict, JSON.stringify(verdict));
