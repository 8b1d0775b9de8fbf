import assert from "node:assert/strict";
import { InFlightWindow } from "../../lib/client/in-flight-window.js";
import { PendingCall } from "../../lib/client/pending-call.js";
import { AhnlichError } from "../../lib/model/errors.js";

const make = () => new PendingCall({ kind: "ping" }, new Uint8Array(1));
const isProtocolError = (error: unknown) =>
  error instanceof AhnlichError && error.code === "PROTOCOL_ERROR";

describe("InFlightWindow", () => {
  it("gives ids from 1 on, and each again only when it was taken", () => {
    const window = new InFlightWindow(3);
    const calls = [make(), make(), make()];
    const ids = calls.map((call) => window.add(call));
    assert.deepEqual(ids, [1, 2, 3]);
    assert.equal(window.room, 0);
    assert.equal(window.size, 3);
    assert.equal(window.take(2), calls[1]);
    assert.equal(window.add(make()), 2);
  });

  it("knows an id that is not in flight", () => {
    const window = new InFlightWindow(2);
    window.add(make());
    for (const id of [0, 2, 3, -1, 1.5, 2 ** 32 - 1]) {
      assert.throws(() => window.take(id), isProtocolError);
    }
  });

  it("has places of their own for calls that wait for changes", () => {
    const window = new InFlightWindow(1, 2);
    const wait = { kind: "changes", store: "s", since: "p", waitMs: 5 } as const;
    const waits = [0, 1].map(() => new PendingCall(wait, new Uint8Array(1)));
    const ids = waits.map((call) => window.add(call));
    assert.equal(window.roomFor(waits[0]), 0);
    assert.equal(window.room, 1);
    assert.equal(window.busy, 0);
    assert.throws(() => window.add(waits[0]), { code: "INTERNAL" });
    const other = window.add(make());
    assert.equal(new Set([...ids, other]).size, 3);
    assert.equal(window.room, 0);
    assert.deepEqual(window.waiting(), waits);
    window.take(ids[0]);
    assert.equal(window.roomFor(waits[0]), 1);
    assert.equal(window.room, 0);
    const plain = new InFlightWindow(1);
    plain.add(waits[0]);
    assert.equal(plain.room, 0);
  });

  it("gives up all at once", () => {
    const window = new InFlightWindow(3);
    const calls = [make(), make()];
    for (const call of calls) window.add(call);
    assert.deepEqual(window.drain(), calls);
    assert.equal(window.size, 0);
    assert.equal(window.room, 3);
    assert.equal(window.add(make()), 1);
  });
});
