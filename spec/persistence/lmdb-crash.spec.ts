import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { checkNumberedBatches } from "../support/numbered-batches.js";
import { openFolder } from "../support/open-folder.js";
import { randomNumbers } from "../support/random.js";
import { seed } from "../support/seed.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

const random = randomNumbers(seed);

describe("lmdb persistence under kill -9", () => {
  const folder = new TemporaryFolder();

  after(() => folder.remove());

  it("has every acknowledged batch, whole, and at most one that was not yet acknowledged", async function () {
    this.timeout(120_000);
    let last = -1;
    for (let cycle = 0; cycle < 10; cycle++) {
      const acknowledged = await commitUntilKilled(folder.path, last + 1, cycle % 2);
      const persistence = await openFolder(folder.path);
      last = checkNumberedBatches(persistence);
      await persistence.close();
      assert.ok(last === acknowledged || last === acknowledged + 1, `${last} of ${acknowledged}`);
    }
    assert.ok(last >= 9);
  });
});

/** The number of the last batch that was acknowledged before the process was killed. */
async function commitUntilKilled(path: string, first: number, threads: number): Promise<number> {
  const child = fork(
    new URL("../support/committing-child.js", import.meta.url),
    [path, `${first}`, `${threads}`],
    { execArgv: [] },
  );
  const patience = 1 + Math.floor(random() * 20);
  let acknowledged = first - 1;
  child.on("message", (number: number) => {
    acknowledged = number;
    // The kill comes at any point of one of the next batches.
    if (number === first + patience) setTimeout(() => child.kill("SIGKILL"), random() * 4);
  });
  await once(child, "close");
  return acknowledged;
}
