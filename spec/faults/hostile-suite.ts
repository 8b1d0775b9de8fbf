import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { connect } from "../../lib/client/connect.js";
import { decode } from "../../lib/encoding/decode.js";
import { scan } from "../../lib/encoding/scan.js";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import { encodeFrames } from "../../lib/protocol/frame-writer.js";
import { clientHello } from "../../lib/protocol/handshake.js";
import { listen } from "../../lib/server.js";
import { parseUrl } from "../../lib/transport/address.js";
import { MemoryListener } from "../../lib/transport/memory.js";
import { dial } from "../../lib/transport/tcp.js";
import { introduction } from "../support/raw-peer.js";
import { brokenServed } from "./broken-served.js";
import { Distribution } from "./distribution.js";
import { HostileInputs } from "./hostile-inputs.js";
import { HostileLane } from "./hostile-lane.js";
import { hostileSeeds } from "./hostile-seeds.js";
import { type Findings, isEnough, type Suite, type SuiteTask } from "./suite.js";

/**
 * Inputs of hostile clients against a live server, in memory and some of them over TCP: it does not break down, stands
 * still for no more than 50 ms, keeps no memory, says nothing unreadable, and goes on to answer an honest client.
 */
export const hostileSuite: Suite = {
  unit: "inputs",
  short: 200_000,
  recorded: 10_000_000,
  run: async (task) => {
    const siege = await Siege.begin(task);
    await siege.run();
    return siege.findings;
  },
};

class Siege {
  readonly #task: SuiteTask;
  readonly #engine: EmbeddedEngine;
  readonly #listener: MemoryListener;
  readonly #inputs: HostileInputs;
  readonly #lanes: readonly HostileLane[];
  readonly #honest: Awaited<ReturnType<typeof connect>>;
  readonly #problems = new Set<string>();
  readonly #rounds = new Distribution();
  readonly #latencies = new Distribution();
  readonly #memory: number[] = [];
  readonly #greeting = greeting();
  /** What was sent in the round under way. */
  #sent: readonly Uint8Array[] = [];
  #done = 0;
  #readable = 0;
  #worst = 0;

  static async begin(task: SuiteTask): Promise<Siege> {
    const engine = await open({ threads: 0 });
    const served = task.broken === undefined ? engine : brokenServed(task.broken, engine);
    const listener = new MemoryListener();
    const options = { maxClients: 1_000_000 };
    await listen(served, { ...options, listener });
    const { url } = await listen(served, { ...options, port: 0 });
    const inMemory = () => listener.dial();
    const seeds = await hostileSeeds(inMemory);
    const honest = await connect("honest", { dial: inMemory });
    const store = await honest.createStore("honest/points", { dimension: 2 });
    await store.set([0, 1, 2].map((n) => ({ id: `p${n}`, vector: [Math.cos(n), Math.sin(n)] })));
    return new Siege(task, { engine, listener, url, seeds, honest });
  }

  private constructor(
    task: SuiteTask,
    place: {
      engine: EmbeddedEngine;
      listener: MemoryListener;
      url: string;
      seeds: readonly Uint8Array[];
      honest: Awaited<ReturnType<typeof connect>>;
    },
  ) {
    this.#task = task;
    this.#engine = place.engine;
    this.#listener = place.listener;
    this.#honest = place.honest;
    this.#inputs = new HostileInputs(task.seed, place.seeds);
    const address = parseUrl(place.url);
    const unreadable = (error: unknown) => this.#note(`the server said: ${String(error)}`);
    this.#lanes = Array.from({ length: lanes }, (_, place) => {
      const reach = place < tcpLanes ? () => dial(address) : () => this.#listener.dial();
      return new HostileLane(reach, unreadable);
    });
  }

  async run(): Promise<void> {
    const broken = (error: unknown) => this.#note(`the process: ${String(error)}`);
    process.on("uncaughtException", broken).on("unhandledRejection", broken);
    const perClearance = Math.min(inputsPerClearance, this.#task.size / clearancesMin);
    while (this.#done < this.#task.size) {
      const before = this.#done;
      await this.#round();
      if (passes(before, this.#done, inputsPerCheck)) await this.#check();
      if (passes(before, this.#done, perClearance)) await this.#clear();
      this.#task.progress(this.#done);
      if (isEnough(this.#task, [...this.#problems])) break;
    }
    await this.#clear();
    await this.#honest.close();
    await this.#engine.close();
    process.off("uncaughtException", broken).off("unhandledRejection", broken);
    const [first, last] = [this.#settled, this.#memory.at(-1) ?? 0];
    if (last - first > driftMax)
      this.#note(`memory went from ${mebibytes(first)} to ${mebibytes(last)}`);
  }

  get findings(): Findings {
    const connections = this.#lanes.reduce((sum, lane) => sum + lane.connections, 0);
    const answers = this.#lanes.reduce((sum, lane) => sum + lane.answers, 0);
    const [first, last] = [this.#settled, this.#memory.at(-1) ?? 0];
    const figures = {
      connections,
      answers,
      "inputs that the scan let through, and that were decoded": this.#readable,
      [`milliseconds of a round of ${lanes} inputs`]: this.#rounds.text,
      "milliseconds of the longest turn of the event loop": this.#worst.toFixed(1),
      "milliseconds of an honest search beside a round": this.#latencies.text,
      "memory after clearing, at first and at the end": `${mebibytes(first)}, ${mebibytes(last)}`,
    };
    return { problems: [...this.#problems], figures };
  }

  /** What is in use once everything was compiled and every table has grown. */
  get #settled(): number {
    return this.#memory[Math.min(2, this.#memory.length - 1)] ?? 0;
  }

  /** An input from each lane. */
  async #round(): Promise<void> {
    const sent = this.#lanes.map(() => this.#inputs.next());
    for (const bytes of sent) this.#decode(bytes);
    const took = await this.#send(sent);
    this.#done += lanes;
    if (this.#done < warmUp) return;
    this.#worst = Math.max(this.#worst, took);
    // What takes so long again, and once more, was neither a collection nor the machine.
    for (let again = 0, least = took; least > stallMax; again++) {
      if (again === 2) {
        this.#note(`a round held the event loop for ${least.toFixed(0)} ms`);
        break;
      }
      least = Math.min(least, await this.#send(sent));
    }
  }

  /** Milliseconds for which these inputs held the event loop in the longest of its turns. */
  async #send(sent: readonly Uint8Array[]): Promise<number> {
    this.#sent = sent;
    for (const lane of this.#lanes) {
      if (!lane.fresh) continue;
      await lane.connect();
      lane.send(this.#inputs.greeting(this.#greeting));
    }
    const begun = performance.now();
    let longest = 0;
    for (let turn = 0; turn < turns; turn++) {
      const held = await heldFor(() => {
        if (turn > 0) return;
        for (const [place, lane] of this.#lanes.entries()) lane.send(sent[place]);
      });
      longest = Math.max(longest, held);
    }
    this.#rounds.add(performance.now() - begun);
    return longest;
  }

  /** What the scan accepts is always decoded. */
  #decode(frame: Uint8Array): void {
    const body = frame.subarray(4);
    try {
      if (scan(body, 0, decoding).end !== body.length) return;
    } catch {
      return;
    }
    try {
      decode(body, decoding);
      this.#readable++;
    } catch (error) {
      this.#note(`the scan let through what is not decoded: ${String(error)}`);
    }
  }

  /** An honest client is answered as ever. */
  async #check(): Promise<void> {
    const store = this.#honest.store("honest/points");
    const begun = performance.now();
    try {
      const found = await store.search([1, 0], { limit: 3, timeoutMs: 5_000 });
      const ids = found.map(({ id }) => id).join(" ");
      if (ids !== "p0 p1 p2") this.#note(`an honest search found ${ids}`);
    } catch (error) {
      this.#note(`an honest search: ${String(error)}`);
    }
    this.#latencies.add(performance.now() - begun);
  }

  /** Everybody hostile goes, and what they have written; what is left is what the server keeps for nothing. */
  async #clear(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
    for (const { name } of await this.#engine.listStores()) {
      if (name !== "honest/points") await this.#engine.dropStore(name);
    }
    const { problems } = await this.#engine.verify();
    for (const problem of problems) this.#note(problem);
    const films = await this.#engine.createStore("films", { dimension: 3 });
    await films.set({ id: "alien", vector: [1, 0.5, -2], metadata: { year: 1979 } });
    this.#memory.push(collected());
  }

  #note(problem: string): void {
    if (this.#problems.has(problem) || this.#problems.size >= 20) return;
    this.#problems.add(problem);
    const sent = this.#sent.map((bytes) => Buffer.from(bytes).toString("hex"));
    process.stderr.write(`${problem}, in a round of\n${sent.join("\n")}\n`);
  }
}

/** Hello and introduction, as a client of ours begins. */
function greeting(): Uint8Array {
  return Buffer.concat([clientHello(2 ** 20), ...encodeFrames([introduction()], 2 ** 14)]);
}

function passes(before: number, after: number, step: number): boolean {
  return Math.floor(before / step) < Math.floor(after / step);
}

/**
 * Milliseconds of `work` and of what the event loop does until it comes round. A busy machine lets us wait: what the
 * process did not work for was not our doing.
 */
async function heldFor(work: () => void): Promise<number> {
  const begun = performance.now();
  const cpu = process.cpuUsage();
  work();
  await new Promise((resolve) => setImmediate(resolve));
  const { user, system } = process.cpuUsage(cpu);
  return Math.min(performance.now() - begun, (user + system) / 1_000);
}

/** Bytes in use, when nothing is left to be collected. */
function collected(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

const lanes = 48;
const tcpLanes = 3;
/** So many turns of the event loop until all of a round is answered. */
const turns = 3;
const inputsPerCheck = 500;
const inputsPerClearance = 25_000;
const clearancesMin = 8;
const warmUp = 2_000;
const stallMax = 50;
const driftMax = 16 * 2 ** 20;
const decoding = { code: "PROTOCOL_ERROR" } as const;
