import type { Persistence } from "../../lib/persistence/persistence.js";
import { itKeepsRows } from "../contracts/persistence.contract.js";
import { TemporaryFolder } from "../support/folder.js";
import { openFolder } from "../support/open-lmdb.js";

describe("lmdb", () => {
  const folder = new TemporaryFolder();
  let opened = 0;

  after(() => folder.remove());

  for (const threads of [1, 0]) {
    itKeepsRows(`lmdb with ${threads} threads`, {
      open: () => openFolder(folder.at(`${opened++}`), threads),
      reopen: async (persistence: Persistence) => {
        await persistence.close();
        return openFolder(String(persistence.path), threads);
      },
    });
  }
});
