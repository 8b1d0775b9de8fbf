import assert from "node:assert/strict";
import type { ConnectionStatus } from "../../lib/client/remote-engine.js";
import { StatusFeed } from "../../lib/client/status-feed.js";

const connected = (address: string): ConnectionStatus => ({ kind: "connected", address });

async function readAll(statuses: AsyncIterable<ConnectionStatus>) {
  const read: ConnectionStatus[] = [];
  for await (const status of statuses) read.push(status);
  return read;
}

describe("StatusFeed", () => {
  it("gives every reader what comes while it reads, closed last", async () => {
    const feed = new StatusFeed();
    feed.publish(connected("before"));
    const first = feed.read();
    feed.publish(connected("a"));
    const second = readAll(feed.read());
    feed.publish(connected("b"));
    feed.end();
    feed.end();
    assert.deepEqual(await readAll(first), [connected("a"), connected("b"), { kind: "closed" }]);
    assert.deepEqual(await second, [connected("b"), { kind: "closed" }]);
    assert.deepEqual(await readAll(feed.read()), []);
  });

  it("keeps the last 64 for a reader that is slow", async () => {
    const feed = new StatusFeed();
    const reader = feed.read();
    for (let i = 0; i < 100; i++) feed.publish(connected(String(i)));
    feed.end();
    const read = await readAll(reader);
    assert.equal(read.length, 64);
    assert.deepEqual(read[0], connected("37"));
  });

  it("ends a reader that leaves, also while it waits", async () => {
    const feed = new StatusFeed();
    const reader = feed.read();
    const waiting = reader.next();
    await reader.return?.();
    assert.equal((await waiting).done, true);
    feed.publish(connected("a"));
    assert.equal((await reader.next()).done, true);
  });
});
