import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { open } from "../../lib/index.js";
import { keyedInsert } from "../support/keyed-insert.js";
import { randomNumbers } from "../support/random.js";
import { seed } from "../support/seed.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

const random = randomNumbers(seed);

describe("writes with an idempotency key, repeated after kill -9", () => {
  it("are carried out once, and answer what was answered before", async function () {
    this.timeout(120_000);
    for (let cycle = 0; cycle < 3; cycle++) {
      using folder = new TemporaryFolder();
      const answered = await insertUntilKilled(folder.path);
      await using engine = await open(folder.path, { threads: 0 });
      const store = engine.store("s");
      const count = Math.max(...answered.keys()) + 33;
      for (let number = 0; number < count; number++) {
        const { inserted, version } = await keyedInsert(store, number);
        assert.equal(inserted, 1);
        assert.equal(version, answered.get(number) ?? version);
        assert.equal((await store.get(`${number}`))?.version, version);
      }
      assert.equal(await store.count(), count);
    }
  });
});

/** The versions that were acknowledged, by number. */
async function insertUntilKilled(path: string): Promise<Map<number, number>> {
  const child = fork(new URL("../support/keyed-child.js", import.meta.url), [path], {
    execArgv: [],
  });
  const answered = new Map<number, number>();
  const patience = 20 + Math.floor(random() * 60);
  child.on("message", ({ number, version }: { number: number; version: number }) => {
    answered.set(number, version);
    // The kill comes at any point of one of the next writes.
    if (answered.size === patience) setTimeout(() => child.kill("SIGKILL"), random() * 4);
  });
  await once(child, "close");
  return answered;
}
