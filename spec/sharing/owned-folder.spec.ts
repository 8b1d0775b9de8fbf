import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { closedError } from "../../lib/model/errors.js";
import { defaultLimits } from "../../lib/model/limits.js";
import { OwnedFolder, type TakeFolder } from "../../lib/sharing/owned-folder.js";
import { rejects } from "../support/rejects.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

describe("a folder that is shared by its owner", () => {
  it("is LOCKED to callers whose engine had to end when it was taken", async () => {
    using folder = new TemporaryFolder();
    let isOurs = true;
    let end: (error: Error) => void = () => {};
    const engine = {
      attach: () => ({ [Symbol.dispose]: () => {} }),
      persistence: {
        get isOurs() {
          return isOurs;
        },
      },
      execute: () =>
        new Promise((_, reject) => {
          end = reject;
        }),
      close: async () => end(closedError()),
    };
    const take = (async () => engine) as unknown as TakeFolder;
    let lost = 0;
    const settings = { folder: folder.path, limits: defaultLimits, onLost: () => void lost++ };
    const owned = await OwnedFolder.open(take, settings);
    const answer = owned.execute({ kind: "info" });
    isOurs = false;
    while (owned.isOurs) await setTimeout(1);
    await rejects(answer, "LOCKED", /nothing was written/);
    assert.equal(lost, 1);
  });
});
