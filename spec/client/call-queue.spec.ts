import assert from "node:assert/strict";
import { CallQueue } from "../../lib/client/call-queue.js";
import { PendingCall } from "../../lib/client/pending-call.js";
import { AhnlichError } from "../../lib/model/errors.js";

const make = (bytes = 1) => new PendingCall({ kind: "ping" }, new Uint8Array(bytes));
const isBusy = (error: unknown) => error instanceof AhnlichError && error.code === "BUSY";

describe("CallQueue", () => {
  it("gives first what came first and skips what was given up", () => {
    const queue = new CallQueue();
    const calls = Array.from({ length: 5_000 }, () => make());
    for (const call of calls) queue.push(call);
    const kept = calls.filter((call, at) => {
      if (at % 5 === 0) return true;
      call.fail(new Error("given up"));
      queue.forget(call);
      return false;
    });
    assert.equal(queue.size, 1_000);
    for (const call of kept) assert.equal(queue.shift(), call);
    assert.equal(queue.shift(), undefined);
    assert.equal(queue.size, 0);
  });

  it("takes 65,536 calls and not one more", () => {
    const queue = new CallQueue();
    for (let i = 0; i < 65_536; i++) queue.push(make());
    assert.throws(() => queue.push(make()), isBusy);
    queue.shift();
    queue.push(make());
  });

  it("takes 64 MiB of queries and not a byte more", () => {
    const queue = new CallQueue();
    queue.push(make(64 * 1024 * 1024));
    assert.throws(() => queue.push(make(1)), isBusy);
  });

  it("takes out those that waited long enough", () => {
    const queue = new CallQueue();
    const [old, young] = [make(), make()];
    queue.push(old);
    queue.push(young);
    young.queuedAt = old.queuedAt + 1;
    assert.deepEqual(queue.takeSince(old.queuedAt - 1), []);
    assert.deepEqual(queue.takeSince(old.queuedAt), [old]);
    assert.equal(queue.size, 1);
    assert.deepEqual(queue.takeSince(Number.POSITIVE_INFINITY), [young]);
  });
});
