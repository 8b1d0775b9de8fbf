import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { connect, type RemoteEngine } from "../../lib/client.js";
import { encodeFrames } from "../../lib/protocol/frame-writer.js";
import { clientHello } from "../../lib/protocol/handshake.js";
import { parseUrl } from "../../lib/transport/address.js";
import { dial } from "../../lib/transport/tcp.js";
import type { Transport } from "../../lib/transport/transport.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { introduction, RawPeer } from "../support/raw-peer.js";
import { ServeProcess } from "../support/serve-process.js";
import { Distribution } from "./distribution.js";
import { type LoadTally, press } from "./pressure-process.js";
import type { Findings, Suite, SuiteTask } from "./suite.js";

/**
 * Clients that give a server no peace, each sort for as many seconds: the slow, the many, the greedy, too many at once,
 * the hostile. Server, an honest client and the others are processes of their own. What must hold on any machine is
 * a problem where it does not; how long others wait is told.
 */
export const pressureSuite: Suite = {
  unit: "seconds of each",
  short: 2,
  recorded: 20,
  run: async (task) => {
    await using serve = await ServeProcess.start([
      ...["--max-clients", `${connectionsMax}`, "--log-level", "warn"],
      ...["--strangers-max", "2000"],
    ]);
    const pressure = new Pressure(task, serve);
    await pressure.run();
    return pressure.findings;
  },
};

class Pressure {
  readonly #task: SuiteTask;
  readonly #serve: ServeProcess;
  readonly #random: () => number;
  readonly #problems: string[] = [];
  readonly #figures: Record<string, string> = {};
  readonly #ms: number;

  constructor(task: SuiteTask, serve: ServeProcess) {
    this.#task = task;
    this.#serve = serve;
    this.#random = randomNumbers(task.seed);
    this.#ms = task.size * 1_000;
  }

  get findings(): Findings {
    return { problems: this.#problems, figures: this.#figures };
  }

  async run(): Promise<void> {
    const steps = [() => this.#senders(), () => this.#idle(), () => this.#readers()];
    for (const step of steps) {
      await step();
      this.#task.progress(0);
    }
    const honest = await connect(this.#serve.url, { name: "honest" });
    await this.#fill(honest);
    await this.#neighbour(honest, "10,000 searches of another waiting", "waiting", 10_000);
    await this.#neighbour(honest, "1,000 hostile inputs a second", "hostile", 1_000);
    await this.#overload();
    if ((await honest.store("pressed").count()) !== entries)
      this.#problems.push("entries are gone");
    await honest.close();
    if (this.#serve.stdout.split("\n").length !== 2) this.#problems.push(this.#serve.stderr);
  }

  /** A thousand who send a byte a second are gone within 6 seconds. */
  async #senders(): Promise<void> {
    const slow = await this.#dial(1_000);
    const begun = performance.now();
    const hello = clientHello(2 ** 20);
    const left = new Set(slow);
    for (const transport of slow) void transport.closed.then(() => left.delete(transport));
    for (let at = 0; left.size > 0 && at < 12; at++) {
      for (const transport of left) void transport.send([hello.subarray(at, at + 1)]);
      await Promise.race([setTimeout(1_000), Promise.all(slow.map(({ closed }) => closed))]);
    }
    const seconds = (performance.now() - begun) / 1_000;
    this.#figures["seconds until 1,000 were gone who sent a byte a second"] = seconds.toFixed(1);
    if (left.size > 0) this.#problems.push(`${left.size} slow connections are there still`);
  }

  /** As many as may connect, and one more. */
  async #idle(): Promise<void> {
    const before = this.#memory();
    const count = Math.min(connectionsMax, 500 * this.#task.size);
    const peers: RawPeer[] = [];
    for (let at = 0; at < count; at += 200) {
      const some = await this.#dial(Math.min(200, count - at));
      peers.push(
        ...(await Promise.all(
          some.map((each, n) => RawPeer.connect(each, { clientId: `${at + n}` })),
        )),
      );
    }
    const each = (this.#memory() - before) / count;
    this.#figures[`KiB of the server for each of ${count} idle connections`] = (
      each / 1_024
    ).toFixed(1);
    if (each > 16 * 1_024) this.#problems.push(`${each.toFixed(0)} bytes for an idle connection`);
    if (count === connectionsMax) {
      const [one] = await this.#dial(1);
      const peer = new RawPeer(one);
      void one.send([
        clientHello(2 ** 20),
        ...encodeFrames([introduction({ clientId: "x" })], 2 ** 14),
      ]);
      await peer.hello();
      const { error } = await peer.next("refuse");
      this.#figures["one more is answered"] = error.code;
      if (error.code !== "BUSY") this.#problems.push(`one more was told ${error.code}`);
    }
    await Promise.all(peers.map(({ transport }) => transport.close()));
  }

  /** A hundred who ask for much and read nothing are let go, and have not filled the server's memory. */
  async #readers(): Promise<void> {
    const client = await connect(this.#serve.url);
    const store = await client.createStore("long", { dimension: 1 });
    const text = "x".repeat(60_000);
    for (let n = 0; n < 40; n++) await store.set({ id: `e${n}`, vector: [n], metadata: { text } });
    const before = this.#memory();
    const transports = await this.#dial(100);
    const begun = performance.now();
    let largest = 0;
    const peers = await Promise.all(
      transports.map((each, n) => RawPeer.connect(each, { clientId: `reader ${n}` })),
    );
    for (const peer of peers) {
      for (let id = 1; id <= 64; id++) peer.request(id, { kind: "find", store: "long" });
    }
    let left = Number.POSITIVE_INFINITY;
    while (left > 1 && performance.now() - begun < 60_000) {
      await setTimeout(250);
      largest = Math.max(largest, this.#memory() - before);
      left = (await client.clients()).length;
    }
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
    this.#figures["seconds until 100 were gone who read nothing"] = seconds;
    this.#figures["MiB of the server for them, at most"] = (largest / 2 ** 20).toFixed(0);
    if (left > 1) this.#problems.push(`${left - 1} who read nothing are there still`);
    if (largest > 2 ** 30) this.#problems.push("the server's memory grew by more than 1 GiB");
    await Promise.all(transports.map((each) => each.close()));
    await client.dropStore("long");
    await client.close();
  }

  async #fill(client: RemoteEngine): Promise<void> {
    const store = await client.createStore("pressed", { dimension });
    for (let at = 0; at < entries; at += 2_000) {
      const some = Array.from({ length: 2_000 }, (_, n) => ({
        id: `e${at + n}`,
        vector: randomVector(this.#random, dimension),
      }));
      await store.set(some);
    }
  }

  /** An honest client's searches alone, beside the others, and alone again. */
  async #neighbour(
    client: RemoteEngine,
    beside: string,
    load: "waiting" | "hostile",
    size: number,
  ): Promise<void> {
    const alone = new Distribution();
    const pressed = new Distribution();
    await this.#search(client, alone, this.#ms / 2);
    const order = { url: this.#serve.url, load, size, dimension, seed: this.#task.seed };
    const pressing = press({ ...order, ms: this.#ms + 3_000 });
    await setTimeout(2_000);
    await this.#search(client, pressed, this.#ms);
    const tally = await pressing;
    await this.#search(client, alone, this.#ms / 2);
    const told = (each: Distribution) =>
      `${each.percentile(50).toFixed(2)} and ${each.percentile(99).toFixed(2)} ms`;
    this.#figures[`median and p99 of a search alone`] ??= told(alone);
    this.#figures[`beside ${beside}`] =
      `${told(pressed)}, alone before and after ${told(alone)}; theirs: ${tellTally(tally)}`;
  }

  async #search(client: RemoteEngine, into: Distribution, ms: number): Promise<void> {
    const store = client.store("pressed");
    for (const end = performance.now() + ms; performance.now() < end; ) {
      const begun = performance.now();
      const found = await store.search(randomVector(this.#random, dimension), { recall: 1 });
      into.add(performance.now() - begun);
      if (found.length !== 10) this.#problems.push(`a search found ${found.length}`);
    }
  }

  /** What is answered in a second of as much as can be, and of three times as much. */
  async #overload(): Promise<void> {
    const order = { url: this.#serve.url, dimension, seed: this.#task.seed, ms: this.#ms };
    const most = await press({ ...order, load: "waiting", size: 64 });
    const peak = most.done / this.#task.size;
    const size = Math.ceil(peak * 3);
    const tally = await press({ ...order, load: "paced", size, timeoutMs: 2_000 });
    const good = tally.done / this.#task.size;
    this.#figures["searches in a second, 64 at a time"] = peak.toFixed(0);
    this.#figures["of three times as many"] =
      `${good.toFixed(0)} a second, ${((good / peak) * 100).toFixed(0)} %; ${tellTally(tally)}`;
    if (tally.failed > 0) this.#problems.push(`${tally.failed} failed otherwise under overload`);
  }

  #dial(count: number): Promise<Transport[]> {
    const address = parseUrl(this.#serve.url);
    return Promise.all(Array.from({ length: count }, () => dial(address, { timeoutMs: 30_000 })));
  }

  /** Bytes of the server that are in memory. */
  #memory(): number {
    const status = readFileSync(`/proc/${this.#serve.pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1_024;
  }
}

function tellTally({ done, busy, late, failed }: LoadTally): string {
  return `${done} done, ${busy} BUSY, ${late} too late, ${failed} otherwise`;
}

const connectionsMax = 10_000;
const dimension = 64;
const entries = 200_000;
