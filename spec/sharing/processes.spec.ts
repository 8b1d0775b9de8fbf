import assert from "node:assert/strict";
import { SharingTrial } from "../support/sharing-trial.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

describe("four processes on one folder", function () {
  this.timeout(120_000);

  it("lose no write and carry none out twice, while owners are killed and stopped in turn", async () => {
    using folder = new TemporaryFolder();
    const blows = ["kill", "pause", "depose", "kill", "close", "depose", "kill"] as const;
    const trial = new SharingTrial({ path: folder.at("data"), blows, writes: 20 });
    const { wrong, owners, writes, failures } = await trial.run();
    assert.deepEqual(wrong, []);
    assert.ok(owners >= 4 && writes > 500, `${owners} owners, ${writes} writes`);
    assert.deepEqual(
      Object.keys(failures).filter((code) => code !== "LOCKED"),
      [],
    );
  });
});
