import assert from "node:assert/strict";
import { Writer } from "../../lib/persistence/writer.js";
import { rejectsWith } from "../support/rejects-with.js";
import { temporaryFolder } from "../support/temporary-folder.js";

describe("the writer's thread", () => {
  it("that ended by itself is told of by every write, and closed at once", async () => {
    await using folder = await temporaryFolder();
    // A folder is no environment, so that the thread ends when it begins.
    const writer = new Writer(folder.path);
    for (let i = 0; i < 2; i++) {
      const error = await rejectsWith("OUTCOME_UNKNOWN", writer.write(new Uint8Array(8), 1));
      assert.match(error.message, /ended during a commit/);
      await new Promise((resolve) => setTimeout(resolve, 50)); // its exit is nobody's to wait for
    }
    await writer.close();
    await writer.close();
  });
});
