import assert from "node:assert/strict";
import { closedError } from "../../lib/model/errors.js";
import { errorOf } from "../support/rejects.js";
import { Serving } from "../support/serving.js";

describe("a server whose engine ends", () => {
  it("refuses what the engine does not take any more as at its own end, so that another may take it", async () => {
    const serving = new Serving();
    try {
      const server = await serving.listenInMemory();
      const client = await serving.connect(server);
      const answer = errorOf(client.store("s").search([1]));
      const [held] = await serving.engine.held(1);
      held.fail(closedError());
      assert.equal(((await answer) as { code: string }).code, "SHUTTING_DOWN");
    } finally {
      await serving.close();
    }
  });
});
