import assert from "node:assert/strict";
import { MemoryListener } from "../../lib/transport/memory.js";
import { Outbox } from "../../lib/transport/outbox.js";
import { until } from "../support/until.js";

describe("What is to be sent", () => {
  it("counts for as long as it is held: a long chunk as a whole, until the last of it is taken", async () => {
    const listener = new MemoryListener();
    const [theirs, accepted] = await Promise.all([
      listener.dial(),
      listener[Symbol.asyncIterator]().next(),
    ]);
    const chunk = new Uint8Array(300_000);
    let written = [chunk];
    const outgoing = {
      get length() {
        return written.reduce((sum, { length }) => sum + length, 0);
      },
      take: () => written.splice(0),
    };
    const outbox = new Outbox(accepted.value, outgoing, () => {});
    outbox.flush();
    assert(outbox.blockedSince !== undefined);
    assert.equal(outbox.queuedBytes, chunk.length);
    const chunks = theirs[Symbol.asyncIterator]();
    let taken = 0;
    while (taken < 100_000) taken += (await chunks.next()).value.length;
    assert.equal(outbox.queuedBytes, chunk.length);
    while (taken < chunk.length) taken += (await chunks.next()).value.length;
    await until(() => outbox.queuedBytes === 0);
    await outbox.drained();
    outbox.stop();
    await theirs.close();
    await listener.close();
    written = [];
  });
});
