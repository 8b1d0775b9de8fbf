import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import { metrics } from "../../lib/model/metric.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { duringSuite, type Reach, withEngine } from "../support/reach.js";
import { rejects } from "../support/rejects.js";

const dimension = 6;

export function vectorsOnDiskContract(reach: Reach): void {
  describe("vectors on disk", () => {
    const suite = duringSuite(reach);

    it("are said of in info, of the store alone that has them", async () => {
      const store = await suite.newStore({ dimension, vectors: "disk" });
      assert.equal((await store.info()).vectors, "disk");
      const other = await suite.newStore({ dimension });
      assert.equal((await other.info()).vectors, "memory");
      const listed = await suite.engine.listStores();
      assert.equal(listed.find(({ name }) => name === store.name)?.vectors, "disk");
    });

    it("answer as those in memory do, through sets, overwrites, deletes and updates", async () => {
      const twins = [
        await suite.newStore({ dimension, vectors: "disk" }),
        await suite.newStore({ dimension }),
      ] as const;
      for (let round = 0; round < 4; round++) {
        await change(twins, round);
        await compare(twins, round);
      }
    });

    it("are moved there and back by alterStore, and every answer stays", async () => {
      const store = await suite.newStore({ dimension });
      const other = await suite.newStore({ dimension });
      await change([store, other], 9);
      for (const vectors of ["disk", "disk", "memory", "disk"] as const) {
        await suite.engine.alterStore(store.name, { vectors });
        assert.equal((await store.info()).vectors, vectors);
        await compare([store, other], 9);
        await change([store, other], 10);
        await compare([store, other], 10);
      }
    });

    it("stay where they are where alterStore says nothing of them", async () => {
      const store = await suite.newStore({ dimension, vectors: "disk" });
      await suite.engine.alterStore(store.name, { ttlMs: 1_000_000_000 });
      const { vectors, ttlMs } = await store.info();
      assert.deepEqual([vectors, ttlMs], ["disk", 1_000_000_000]);
    });

    it("are no reason to refuse ifNotExists", async () => {
      const store = await suite.newStore({ dimension, vectors: "disk" });
      await suite.engine.createStore(store.name, { dimension, ifNotExists: true });
      assert.equal((await store.info()).vectors, "disk");
    });

    it("are refused anywhere else", async () => {
      for (const vectors of ["tape", "", 1, null]) {
        const options = { dimension, vectors: vectors as "disk" };
        await rejects(suite.engine.createStore(suite.newName(), options), "INVALID_ARGUMENT");
        const store = await suite.newStore({ dimension });
        const change = { vectors: vectors as "disk" };
        await rejects(suite.engine.alterStore(store.name, change), "INVALID_ARGUMENT");
        assert.equal((await store.info()).vectors, "memory");
      }
    });

    it("are there again after the engine was opened anew, where it keeps anything", async () => {
      await withEngine(reach, async (engine, { reopen }) => {
        for (const name of ["disk", "memory"] as const) {
          await engine.createStore(name, { dimension, vectors: name });
        }
        await change([engine.store("disk"), engine.store("memory")], 3);
        const again = (await reopen?.()) ?? engine;
        assert.equal((await again.store("disk").info()).vectors, "disk");
        await compare([again.store("disk"), again.store("memory")], 3);
      });
    });
  });
}

type Twins = readonly [Store, Store];

async function change([one, other]: Twins, seed: number): Promise<void> {
  const random = randomNumbers(seed + 1);
  const below = (count: number) => Math.floor(random() * count);
  const entries = Array.from({ length: 150 }, (_, n) => ({
    id: `${below(300)}`,
    // Many that are alike, so that codes do not tell them apart, and some that tie.
    vector: n % 3 === 0 ? alike(below(40)) : randomVector(random, dimension),
    metadata: { n },
  }));
  const gone = Array.from({ length: 30 }, () => `${below(300)}`);
  const moved = { vector: randomVector(random, dimension) };
  for (const store of [one, other]) {
    await store.set(entries);
    await store.delete(gone);
    await store.update({ where: { n: { $lt: 5 } } }, moved);
  }
}

function alike(number: number): Float32Array {
  return Float32Array.from({ length: dimension }, (_, i) => (i === 0 ? 1 : (number + i) * 1e-5));
}

async function compare([one, other]: Twins, seed: number): Promise<void> {
  const random = randomNumbers(seed);
  const targets = [alike(7), randomVector(random, dimension), randomVector(random, dimension)];
  for (const metric of metrics) {
    for (const limit of [1, 10, 400]) {
      for (const recall of [0.9, 1]) {
        const options = { metric, limit, recall } as const;
        assert.deepEqual(
          await one.searchMany(targets, options),
          await other.searchMany(targets, options),
        );
      }
    }
  }
  const where = { n: { $lt: 60 } };
  assert.deepEqual(await one.search(alike(3), { where }), await other.search(alike(3), { where }));
  const { recall, samples } = await one.measureRecall({ samples: 20 });
  assert.deepEqual([recall, samples], [1, 20]);
  const [first] = await one.search(targets[1] as Float32Array, { include: { vector: true } });
  const stored = await other.get(first?.id ?? "");
  assert.deepEqual(first?.vector, stored?.vector);
}
