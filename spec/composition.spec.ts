import assert from "node:assert/strict";
import { connect } from "../lib/client.js";
import { type EmbeddedEngine, type OpenOptions, open } from "../lib/index.js";
import { MemoryPersistence } from "../lib/persistence/memory.js";
import { Clock, Logger, Persistence, provide, Random, VectorIndexes } from "../lib/ports.js";
import { listen } from "../lib/server.js";
import { UnrulyPersistence } from "./faults/unruly-persistence.js";
import { NaiveIndexes } from "./support/naive-indexes.js";
import { randomEntries, randomNumbers } from "./support/random.js";
import { rejects } from "./support/rejects.js";
import { TemporaryFolder } from "./support/temporary-folder.js";

describe("the ports of an engine", () => {
  const opened: EmbeddedEngine[] = [];
  const opens = async (options: OpenOptions): Promise<EmbeddedEngine> => {
    const engine = await open({ threads: 0, ...options });
    opened.push(engine);
    return engine;
  };
  afterEach(() => Promise.all(opened.splice(0).map((engine) => engine.close())));

  it("take another Persistence, which has every commit and is closed with the engine", async () => {
    const memory = new MemoryPersistence();
    const persistence = new UnrulyPersistence(memory);
    const engine = await opens({ provide: [provide(Persistence, persistence)] });
    const store = await engine.createStore("s", { dimension: 1 });
    const before = persistence.committed.length;
    await store.set({ id: "a", vector: [1] });
    assert.equal(persistence.committed.length, before + 1);
    persistence.failNext(new Error("out of order"));
    await assert.rejects(store.set({ id: "b", vector: [1] }), /out of order/);
    assert.equal(await store.get("b"), undefined);
    await engine.close();
    assert.throws(() => memory.snapshot(), { code: "CLOSED" });
  });

  it("are let go of when the engine cannot be opened", async () => {
    const memory = new MemoryPersistence();
    const persistence = new UnrulyPersistence(memory);
    persistence.failNext(new Error("out of order"));
    await assert.rejects(opens({ provide: [provide(Persistence, persistence)] }), /out of order/);
    assert.throws(() => memory.snapshot(), { code: "CLOSED" });
  });

  it("take other VectorIndexes, which search and are closed with the engine", async () => {
    const indexes = new NaiveIndexes();
    const theirs = await opens({ provide: [provide(VectorIndexes, indexes)] });
    const ours = await opens({});
    const entries = randomEntries(randomNumbers(1), 200, 5);
    const target = [1, 0, -1, 0.5, 0];
    const answers = [theirs, ours].map(async (engine) => {
      const store = await engine.createStore("s", { dimension: 5 });
      await store.set(entries);
      await store.delete({ where: { number: { $lt: 20 } } });
      const where = { number: { $gte: 100 } };
      return [await store.search(target), await store.search(target, { where, limit: 20 })];
    });
    const [found, expected] = await Promise.all(answers);
    assert.deepEqual(found, expected);
    assert.equal(indexes.searches, 2);
    await theirs.close();
    assert.ok(indexes.closed);
  });

  it("take another Logger, which hears that vectors in memory were given up", async () => {
    const indexes = new NaiveIndexes();
    const heard: string[] = [];
    const log = { info: () => {}, warn: () => {}, error: (_: object, s: string) => heard.push(s) };
    const engine = await opens({
      provide: [provide(VectorIndexes, indexes), provide(Logger, log)],
    });
    const store = await engine.createStore("s", { dimension: 1 });
    await store.set({ id: "a", vector: [1] });
    indexes.failure = new Error("no room");
    await store.set({ id: "b", vector: [1] });
    assert.deepEqual(heard, ["the vectors in memory are given up"]);
    indexes.failure = undefined;
    const found = await store.search([1]);
    assert.deepEqual(
      found.map(({ id }) => id),
      ["a", "b"],
    );
  });

  it("take another Clock, which says when the engine was opened", async () => {
    const engine = await opens({ provide: [provide(Clock, { now: () => 1_234_567_890_123 })] });
    assert.equal((await engine.info()).startedAt, 1_234_567_890_123);
  });

  it("take another Clock and Random for the folder and its owner too", async () => {
    using folder = new TemporaryFolder();
    const asked: number[] = [];
    const bytes = (count: number) => {
      asked.push(count);
      return new Uint8Array(count).fill(asked.length);
    };
    const ports = [provide(Clock, { now: () => 86_400_000 }), provide(Random, { bytes })];
    const engine = await opens({ path: folder.path, provide: ports });
    assert.deepEqual(asked, [16, 16]);
    const position = Buffer.from((await engine.info()).position, "base64url");
    assert.deepEqual([...position.subarray(0, 16)], new Array(16).fill(2));
    const { details } = await rejects(open({ path: folder.path, threads: 0 }), "LOCKED");
    assert.equal(details.since, "1970-01-02T00:00:00.000Z");
    await engine.close();
  });

  it("are made by a function once for each engine", async () => {
    const calls = { clock: 0, random: 0, log: 0, indexes: 0, persistence: 0 };
    const counted = <T>(name: keyof typeof calls, make: () => T) => {
      return () => {
        calls[name]++;
        return make();
      };
    };
    const silent = { info: () => {}, warn: () => {}, error: () => {} };
    const ports = [
      provide(
        Clock,
        counted("clock", () => ({ now: () => Date.now() })),
      ),
      provide(
        Random,
        counted("random", () => ({ bytes: (count) => new Uint8Array(count) })),
      ),
      provide(
        Logger,
        counted("log", () => silent),
      ),
      provide(
        VectorIndexes,
        counted("indexes", () => new NaiveIndexes()),
      ),
      provide(
        Persistence,
        counted("persistence", () => new MemoryPersistence()),
      ),
    ];
    for (const times of [1, 2, 3]) {
      const engine = await opens({ provide: ports });
      for (const name of ["a", "b"]) {
        const store = await engine.createStore(name, { dimension: 1 });
        await store.set({ id: "x", vector: [1] });
        assert.equal((await store.search([1])).length, 1);
      }
      await engine.dropStore("a");
      const each = { clock: times, random: times, log: times, indexes: times };
      assert.deepEqual(calls, { ...each, persistence: times });
    }
  });
});

describe("two engines in one process", () => {
  it("share no stores, positions or limits, and close apart", async () => {
    const options = { threads: 1, limits: { stores: 1 } };
    const one = await open(options);
    const other = await open({ threads: 1 });
    const mine = await one.createStore("s", { dimension: 1 });
    const yours = await other.createStore("s", { dimension: 2, metric: "dot" });
    await mine.set({ id: "a", vector: [1] });
    assert.equal(await yours.count(), 0);
    assert.notEqual((await one.info()).position, (await other.info()).position);
    await rejects(one.createStore("t", { dimension: 1 }), "LIMIT_EXCEEDED");
    await other.createStore("t", { dimension: 1 });
    await one.close();
    await rejects(mine.count(), "CLOSED");
    const entries = randomEntries(randomNumbers(2), 6_000, 2);
    await yours.set(entries);
    assert.equal((await yours.search([1, 1], { limit: 3 })).length, 3);
    await other.close();
  });

  it("share no clients: each closes its own", async () => {
    const one = await open({ threads: 0 });
    const other = await open({ threads: 0 });
    const servers = await Promise.all([one, other].map((engine) => listen(engine, { port: 0 })));
    const [mine, yours] = await Promise.all(servers.map(({ url }) => connect(url)));
    await mine.createStore("s", { dimension: 1 });
    assert.deepEqual(await yours.listStores(), []);
    assert.equal((await one.clients()).length, 1);
    assert.equal((await other.clients()).length, 1);
    assert.notDeepEqual(await one.clients(), await other.clients());
    await one.close();
    assert.ok((await yours.ping()) >= 0);
    await other.createStore("s", { dimension: 1 });
    assert.equal((await yours.listStores()).length, 1);
    await Promise.all([mine.close(), yours.close()]);
    await other.close();
  });

  it("share no folder: the second is refused, and leaves the first as it is", async () => {
    using folder = new TemporaryFolder();
    const one = await open(folder.path, { threads: 0 });
    await rejects(open(folder.path, { threads: 0 }), "LOCKED");
    const store = await one.createStore("s", { dimension: 1 });
    await store.set({ id: "a", vector: [1] });
    await one.close();
    const again = await open(folder.path, { threads: 0 });
    assert.equal(await again.store("s").count(), 1);
    await again.close();
  });
});
