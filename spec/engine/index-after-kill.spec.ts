import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import { randomNumbers } from "../support/random.js";
import { seed } from "../support/seed.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

const random = randomNumbers(seed);

describe("an index whose building, or erasing, ends with kill -9", function () {
  this.timeout(120_000);
  const count = 8_000;
  let folder: TemporaryFolder;
  before(async () => {
    folder = new TemporaryFolder();
    await using engine = await open(folder.path, { threads: 0 });
    const store = await engine.createStore("s", { dimension: 1 });
    await store.load(
      Array.from({ length: count }, (_, n) => {
        return { id: `${n}`, vector: [n], metadata: { number: n * 7, tenth: [n % 10] } };
      }),
    );
  });
  after(() => folder[Symbol.dispose]());

  it("goes on where it was, or is not there, and never answers otherwise than the entries", async () => {
    for (const [field, word] of [
      ["number", "begun"],
      ["tenth", "begun"],
      ["number", "dropped"],
    ] as const) {
      await indexUntilKilled(folder.path, field, word);
      await using engine = await open(folder.path, { threads: 0 });
      await check(engine);
      const there = (await engine.store("s").info()).indexes.map((index) => index.field);
      assert.equal(await engine.store("s").createIndex(field), !there.includes(field));
      await check(engine);
      const where = { number: { $lt: 700 }, tenth: { $contains: 3 } };
      const { indexes } = await engine.explain({ kind: "count", store: "s", where });
      assert.deepEqual(indexes, [field]);
      await engine.store("s").dropIndex(field);
    }
  });

  async function check(engine: EmbeddedEngine): Promise<void> {
    const store = engine.store("s");
    assert.equal(await store.count({ where: { number: { $gte: 70, $lt: 770 } } }), 100);
    assert.equal(await store.count({ where: { tenth: { $contains: 3 } } }), count / 10);
    const both = { number: { $lt: 700 }, tenth: { $contains: 3 } };
    assert.equal(await store.count({ where: both }), 10);
    assert.deepEqual((await engine.verify()).problems, []);
  }
});

/** The kill comes some milliseconds after the child has said that. */
async function indexUntilKilled(path: string, field: string, word: string): Promise<void> {
  const child = fork(new URL("../support/indexing-child.js", import.meta.url), [path, field], {
    execArgv: [],
  });
  child.on("message", (said) => {
    if (said === word) setTimeout(() => child.kill("SIGKILL"), random() * 60);
  });
  await once(child, "close");
}
