import assert from "node:assert/strict";
import { mock } from "node:test";
import { AhnlichError, type EmbeddedEngine, open } from "../../lib/index.js";
import { MemoryPersistence } from "../../lib/persistence/memory.js";
import { Logger, Persistence, provide } from "../../lib/ports.js";

/** Memory that says how much of it is slack. */
class SlackPersistence extends MemoryPersistence {
  looks = 0;
  compactions = 0;
  isSlack = false;
  failure: Error | undefined;

  async slack() {
    this.looks++;
    return this.isSlack ? { fileBytes: 100, needed: 10 } : undefined;
  }

  async compact(): Promise<number> {
    this.compactions++;
    if (this.failure !== undefined) throw this.failure;
    this.isSlack = false;
    return 90;
  }
}

describe("an engine whose file is much larger than it need be", () => {
  let persistence: SlackPersistence;
  let engine: EmbeddedEngine;
  let said: string[];
  beforeEach(async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    persistence = new SlackPersistence();
    said = [];
    const log = {
      info: (fields: object, sentence: string) => said.push(`${Object.keys(fields)}: ${sentence}`),
      warn: (fields: object, sentence: string) => said.push(`${Object.keys(fields)}: ${sentence}`),
      error: () => assert.fail("nothing is an error"),
    };
    const ports = [provide(Persistence, persistence), provide(Logger, log)];
    engine = await open({ threads: 0, provide: ports });
  });
  afterEach(async () => {
    mock.timers.reset();
    await engine.close();
  });

  const pass = async (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      mock.timers.tick(1_000);
      for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
    }
  };

  it("looks soon after writes and else seldom, and compacts it once, and says so", async () => {
    await pass(50);
    assert.equal(persistence.looks, 1);
    await engine.createStore("s", { dimension: 1 });
    persistence.isSlack = true;
    await pass(2);
    assert.equal(persistence.compactions, 1);
    await pass(50);
    assert.equal(persistence.compactions, 1);
    assert.deepEqual(said, ["from,to,ms: the file was compacted"]);
    persistence.isSlack = true;
    await pass(60);
    assert.equal(persistence.compactions, 2);
  });

  it("tries again later and ever later where that fails, and serves all the while", async () => {
    persistence.isSlack = true;
    persistence.failure = new AhnlichError("DISK_FULL", "there is no room");
    await pass(100);
    assert.equal(persistence.compactions, 4);
    assert.deepEqual(said, Array(4).fill("error,againInMs: the file is not compacted yet"));
    await engine.createStore("s", { dimension: 1 });
    await engine.store("s").set({ id: "a", vector: [1] });
    persistence.failure = undefined;
    await pass(100);
    assert.equal(persistence.compactions, 5);
    assert.equal(await engine.store("s").count(), 1);
  });

  it("does not begin once it is closed", async () => {
    persistence.isSlack = true;
    await engine.close();
    await pass(100);
    assert.equal(persistence.compactions, 0);
  });
});
