import assert from "node:assert/strict";
import { LmdbEnvironment } from "../../lib/persistence/lmdb.js";
import { WriteBatch } from "../../lib/persistence/write-batch.js";
import { numberKey } from "../contracts/persistence.contract.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

describe("an environment", () => {
  const folder = new TemporaryFolder();

  after(() => folder.remove());

  it("tells how much of its file holds nothing", async () => {
    const environment = await LmdbEnvironment.open(folder.at("data.mdb"));
    environment.transact(() => environment.putOwner(1, Buffer.of(1)));
    const [putting, deleting] = [new WriteBatch(), new WriteBatch()];
    for (let i = 0; i < 100; i++) {
      putting.put("vectors", numberKey(i), Buffer.alloc(8_000));
      deleting.delete("vectors", numberKey(i));
    }
    environment.writeHere(putting.bytes, 1);
    const before = environment.spareBytes;
    environment.writeHere(deleting.bytes, 1);
    const freed = environment.spareBytes - before;
    assert.ok(freed >= 800_000 && freed < 1_000_000, `${freed}`);
    await environment.close();
  });

  it("can be written to until it says that it cannot", async () => {
    const environment = await LmdbEnvironment.open(folder.at("data.mdb"));
    environment.probe();
    assert.equal(environment.ownerRow?.length, 1);
    await environment.close();
  });
});
