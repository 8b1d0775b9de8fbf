import assert from "node:assert/strict";
import { MemoryPersistence } from "../../lib/persistence/memory.js";
import { WriteBatch } from "../../lib/persistence/write-batch.js";
import { itKeepsRows } from "../contracts/persistence.contract.js";

itKeepsRows("memory", { open: async () => new MemoryPersistence(), reopen: undefined });

describe("memory persistence", () => {
  it("counts the bytes of keys and values, exactly", async () => {
    const persistence = new MemoryPersistence();
    assert.equal(persistence.bytes, 0);
    const first = new WriteBatch();
    first.put("meta", Buffer.from("abc"), Buffer.alloc(10));
    first.put("ids", Buffer.from("a"), Buffer.alloc(0));
    await persistence.commit(first);
    assert.equal(persistence.bytes, 14);
    const second = new WriteBatch();
    second.put("meta", Buffer.from("abc"), Buffer.alloc(3));
    second.delete("ids", Buffer.from("a"));
    second.delete("ids", Buffer.from("absent"));
    await persistence.commit(second);
    assert.equal(persistence.bytes, 6);
    assert.equal(persistence.path, undefined);
  });

  it("copies what it is given", async () => {
    const persistence = new MemoryPersistence();
    const batch = new WriteBatch();
    const at = batch.reserve("meta", Buffer.from("a"), 3);
    batch.buffer.write("one", at);
    await persistence.commit(batch);
    batch.buffer.write("two", at);
    const snapshot = persistence.snapshot();
    assert.equal(Buffer.from(snapshot.get("meta", Buffer.from("a")) ?? "").toString(), "one");
    snapshot.release();
  });
});
