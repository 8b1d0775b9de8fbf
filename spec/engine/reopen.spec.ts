import assert from "node:assert/strict";
import { type EmbeddedEngine, open, type Store } from "../../lib/index.js";
import { metrics } from "../../lib/model/metric.js";
import { randomEntries, randomNumbers, randomVector } from "../support/random.js";
import { rejects } from "../support/rejects.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

for (const threads of [0, 1]) {
  describe(`a folder opened again, ${threads === 0 ? "no worker" : "a worker"}`, () => {
    let folder: TemporaryFolder;
    let engine: EmbeddedEngine;
    beforeEach(async () => {
      folder = new TemporaryFolder();
      engine = await open(folder.path, { threads });
    });
    afterEach(async () => {
      await engine.close();
      folder.remove();
    });
    const reopen = async () => {
      await engine.close();
      engine = await open(folder.path, { threads });
    };

    it("has every store, entry, version and position it had", async () => {
      const random = randomNumbers(41);
      for (const [number, metric] of metrics.entries()) {
        const dimension = [1, 3, 100][number];
        const store = await engine.createStore(`n${number}/${metric}`, { dimension, metric });
        await store.set(randomEntries(random, 300, dimension));
        await store.set(randomEntries(random, 50, dimension));
        await store.delete({ where: { number: { $gte: 290 } } });
        await store.set({ id: "\u{1f680}", vector: randomVector(random, dimension), metadata });
        await store.set({ vector: randomVector(random, dimension) });
      }
      const before = await everythingIn(engine);
      for (let round = 0; round < 3; round++) {
        await reopen();
        assert.deepEqual(await everythingIn(engine), before);
      }
    });

    it("finds the same", async () => {
      const random = randomNumbers(42);
      const store = await engine.createStore("s", { dimension: 17 });
      await store.load(randomEntries(random, 900, 17), { batch: 300 });
      await store.delete({ where: { number: { $lt: 100 } } });
      await store.set(randomEntries(random, 200, 17));
      const targets = Array.from({ length: 5 }, () => randomVector(random, 17));
      const ask = (where?: { number: { $gte: number } }) =>
        Promise.all(
          metrics.map((metric) => engine.store("s").searchMany(targets, { metric, where })),
        );
      const before = [await ask(), await ask({ number: { $gte: 850 } })];
      await reopen();
      assert.deepEqual([await ask(), await ask({ number: { $gte: 850 } })], before);
    });

    it("goes on with versions above all there were, deleted and dropped ones too", async () => {
      let highest = 0;
      for (let round = 0; round < 4; round++) {
        const name = round % 2 === 0 ? "a" : "b";
        const store = await engine.createStore(name, { dimension: 1, ifNotExists: true });
        const { version } = await store.set({ id: "x", vector: [1] });
        assert.ok(version > highest);
        highest = version;
        if (round === 1) await store.delete("x");
        if (round === 2) await engine.dropStore(name);
        await reopen();
      }
    });

    it("knows nothing of what was deleted or dropped", async () => {
      const kept = await engine.createStore("kept", { dimension: 1 });
      await kept.set(["a", "b", "c"].map((id) => ({ id, vector: [1] })));
      await kept.delete(["a", "c"]);
      const dropped = await engine.createStore("dropped", { dimension: 1 });
      await dropped.set({ id: "a", vector: [1] });
      await engine.dropStore("dropped");
      const again = await engine.createStore("again", { dimension: 1 });
      await again.set({ id: "a", vector: [1] });
      await engine.dropStore("again");
      await engine.createStore("again", { dimension: 2 });
      await reopen();
      const names = (await engine.listStores()).map(({ name, entries }) => [name, entries]);
      assert.deepEqual(names, [
        ["again", 0],
        ["kept", 1],
      ]);
      assert.deepEqual(await engine.store("again").search([1, 2]), []);
      await rejects(engine.store("dropped").count(), "STORE_NOT_FOUND");
      assert.equal((await engine.store("kept").find()).entries[0].id, "b");
    });

    it("goes on with a cursor from before, past writes on both sides", async () => {
      const store = await engine.createStore("s", { dimension: 1 });
      const entries = randomEntries(randomNumbers(1), 30, 1);
      await store.set(entries);
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await engine.store("s").find({ limit: 7, cursor });
        seen.push(...page.entries.map(({ id }) => id));
        cursor = page.cursor;
        await engine.store("s").set({ id: `a${seen.length}`, vector: [1] });
        await engine.store("s").delete(seen.at(-1) ?? "");
        await reopen();
      } while (cursor !== undefined);
      assert.deepEqual(
        seen,
        entries.map(({ id }) => id),
      );
    });

    it("keeps ifVersion, content ids and modes to what was written before", async () => {
      const store = await engine.createStore("s", { dimension: 2 });
      const { version } = await store.set([{ vector: [1, 2] }, { id: "named", vector: [1, 2] }]);
      await reopen();
      const after: Store = engine.store("s");
      await rejects(after.set({ vector: [1, 2] }, { mode: "insert" }), "ENTRY_EXISTS");
      const wrong = { id: "named", vector: [3, 4], ifVersion: version + 1 };
      await rejects(after.set(wrong), "VERSION_CONFLICT");
      const { updated } = await after.set({ ...wrong, ifVersion: version });
      assert.equal(updated, 1);
      assert.equal((await after.get([[1, 2]]))[0]?.version, version);
      const same = { dimension: 2, ifNotExists: true };
      assert.equal(await (await engine.createStore("s", same)).count(), 2);
      await rejects(engine.createStore("s", { ...same, dimension: 3 }), "STORE_EXISTS");
    });

    it("has what was acknowledged when it was closed in the midst of writes", async () => {
      const store = await engine.createStore("s", { dimension: 1 });
      const sets = Array.from({ length: 60 }, (_, n) => store.set({ id: `e${n}`, vector: [n] }));
      const large = store.set(randomEntries(randomNumbers(3), 600, 1));
      await sets[5];
      const closing = engine.close();
      const settled = await Promise.allSettled([...sets, large]);
      await closing;
      await reopen();
      const after = engine.store("s");
      for (const [n, { status }] of settled.slice(0, 60).entries()) {
        const entry = await after.get(`e${n}`);
        if (status === "fulfilled") assert.deepEqual(entry?.vector, Float32Array.of(n));
        else assert.equal(entry, undefined);
      }
      const { length } = (await after.find({ where: { number: { $gte: 0 } }, limit: 700 })).entries;
      assert.equal(length, settled[60].status === "fulfilled" ? 600 : 0);
    });

    it("is LOCKED while it is open, and left as it is", async () => {
      const store = await engine.createStore("s", { dimension: 1 });
      await store.set({ id: "a", vector: [1] });
      const error = await rejects(open(folder.path, { threads }), "LOCKED");
      assert.equal(error.retryable, true);
      await store.set({ id: "b", vector: [1] });
      await reopen();
      assert.equal(await engine.store("s").count(), 2);
    });

    it("tells its path, and where it is", async () => {
      assert.equal((await engine.info()).path, folder.path);
      const inMemory = await open({ threads });
      assert.ok(!("path" in (await inMemory.info())));
      await inMemory.close();
    });
  });
}

const metadata = {
  text: "Grüße \u{1f680}\u0000",
  numbers: [0, -1, 0.1, 2 ** 53, 5e-324],
  at: new Date(-1),
  bytes: new Uint8Array([0, 255]),
  nested: { list: [null, true, { deep: "x" }], "dotted.name": 1 },
};

async function everythingIn(engine: EmbeddedEngine): Promise<unknown> {
  const stores = await engine.listStores();
  const contents = stores.map(async ({ name, bytes: _, ...info }) => {
    const { entries } = await engine.store(name).find({ limit: 10_000 });
    return { name, info, entries };
  });
  const { position, stores: count, entries } = await engine.info();
  return { position, count, entries, contents: await Promise.all(contents) };
}
