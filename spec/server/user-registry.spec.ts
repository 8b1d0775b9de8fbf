import assert from "node:assert/strict";
import { AhnlichError } from "../../lib/model/errors.js";
import { UserRegistry } from "../../lib/server/user-registry.js";
import { readUsers } from "../../lib/server/users-file.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { until } from "../support/until.js";
import { writeUsers } from "../support/users.js";

describe("the users that a server has read", function () {
  this.timeout(60_000);
  const folder = new TemporaryFolder();
  after(() => folder.remove());

  it("are read again after a failure that was not the file's own, which is told once", async () => {
    const path = folder.at("users.json");
    writeUsers(path, { ada: { password: "secret" } });
    const told: string[] = [];
    let failuresLeft = 0;
    const registry = await UserRegistry.open(path, async (file) => {
      if (failuresLeft-- > 0) throw new AhnlichError("IO_ERROR", "too many open files");
      return await readUsers(file);
    });
    registry.follow({
      changed: () => void told.push("changed"),
      failed: ({ code }) => void told.push(code),
    });
    failuresLeft = 2;
    writeUsers(path, { bea: { password: "secret" } });
    await until(() => registry.get("bea") !== undefined, "reading again");
    assert.equal(registry.get("ada"), undefined);
    assert.deepEqual(told, ["IO_ERROR", "changed"]);
    registry.close();
  });
});
