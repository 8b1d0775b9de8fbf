import assert from "node:assert/strict";
import { CommitWorker } from "../../lib/persistence/commit-worker.js";
import { rejects } from "../support/rejects.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

describe("the thread of commits", () => {
  it("that ended by itself is told of by every write, and closed at once", async () => {
    using folder = new TemporaryFolder();
    // A folder is no environment, so that the thread ends when it begins.
    const writer = new CommitWorker(folder.path);
    for (let i = 0; i < 2; i++) {
      const error = await rejects(writer.write(new Uint8Array(8), 1), "OUTCOME_UNKNOWN");
      assert.match(error.message, /thread ended/);
      await new Promise((resolve) => setTimeout(resolve, 50)); // its exit is nobody's to wait for
    }
    await writer.close();
    await writer.close();
  });
});
