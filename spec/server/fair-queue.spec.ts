import assert from "node:assert/strict";
import type { CallOptions } from "../../lib/model/options.js";
import { FairQueue, type Work } from "../../lib/server/fair-queue.js";
import { rejects } from "../support/rejects.js";

/** Work that tells when it begins and ends when it is told to. */
class Held {
  readonly begun: string[] = [];
  readonly options: CallOptions[] = [];
  readonly #ends: (() => void)[] = [];

  work(name: string): Work {
    return (options) => {
      this.begun.push(name);
      this.options.push(options);
      return new Promise((resolve) => this.#ends.push(() => resolve(name)));
    };
  }

  /** Ends the oldest that has begun, and waits until what is next has. */
  async end(): Promise<void> {
    this.#ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("FairQueue", () => {
  const [ada, bob, eve] = [1, 2, 3].map(() => ({ takesAnswers: true }));
  let held: Held;
  beforeEach(() => {
    held = new Held();
  });

  it("begins at once what it may, and answers as the work does", async () => {
    const queue = new FairQueue(2, 0);
    const first = queue.run(ada, {}, held.work("a"));
    const failing = queue.run(ada, {}, () => Promise.reject(new Error("the work's own")));
    await assert.rejects(failing, /the work's own/);
    await assert.rejects(
      queue.run(ada, {}, () => {
        throw new Error("thrown at once");
      }),
      /thrown at once/,
    );
    assert.deepEqual(held.begun, ["a"]);
    await held.end();
    assert.equal(await first, "a");
  });

  it("gives the owners of what waits their turns, however much one of them asks for", async () => {
    const queue = new FairQueue(1, 100);
    for (let n = 0; n < 50; n++) void queue.run(ada, {}, held.work(`a${n}`));
    void queue.run(bob, {}, held.work("b0"));
    void queue.run(bob, {}, held.work("b1"));
    void queue.run(eve, {}, held.work("e0"));
    assert.equal(queue.queued, 52);
    for (let ends = 0; ends < 7; ends++) await held.end();
    assert.deepEqual(held.begun, ["a0", "b0", "e0", "a1", "b1", "a2", "a3", "a4"]);
  });

  it("begins one ahead where several wait, and none where one waits alone", async () => {
    const queue = new FairQueue(1, 100, 1);
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    for (let n = 0; n < 4; n++) void queue.run(ada, {}, held.work(`a${n}`));
    await turn();
    assert.deepEqual(held.begun, ["a0"]);
    void queue.run(bob, {}, held.work("b0"));
    await turn();
    await turn();
    assert.deepEqual(held.begun, ["a0", "b0"]);
    await held.end();
    assert.deepEqual(held.begun, ["a0", "b0"]);
    await held.end();
    assert.deepEqual(held.begun, ["a0", "b0", "a1"]);
  });

  it("refuses with one error while it says the same", async () => {
    const queue = new FairQueue(1, 1);
    void queue.run(ada, {}, held.work("a0"));
    void queue.run(ada, {}, held.work("a1"));
    const refuse = () => queue.run(ada, {}, held.work("a2")).catch((error: unknown) => error);
    const first = await refuse();
    assert.equal(await refuse(), first);
    assert.deepEqual(Object(first).details, { queued: 1 });
  });

  it("never begins what was given up or is too late, and says so at once", async () => {
    const queue = new FairQueue(1, 100);
    void queue.run(ada, {}, held.work("a"));
    const stop = new AbortController();
    const given = queue.run(bob, { signal: stop.signal }, held.work("given up"));
    const late = queue.run(bob, { timeoutMs: 50 }, held.work("late"));
    const later = queue.run(bob, { timeoutMs: 100_000 }, held.work("later"));
    const before = queue.run(eve, { signal: AbortSignal.abort(new Error("over")) }, held.work(""));
    await assert.rejects(before, /over/);
    stop.abort(new Error("given up"));
    await assert.rejects(given, /given up/);
    queue.tick(performance.now() + 51);
    await rejects(late, "TIMEOUT");
    assert.equal(queue.queued, 1);
    await held.end();
    assert.deepEqual(held.begun, ["a", "later"]);
    assert.ok(Number(held.options[1].timeoutMs) <= 100_000);
    await held.end();
    assert.equal(await later, "later");
  });

  it("is BUSY beyond its bound for who has most waiting, and for nobody else", async () => {
    const queue = new FairQueue(1, 4);
    void queue.run(ada, {}, held.work("a"));
    const waiting = [1, 2, 3, 4].map((n) => queue.run(ada, {}, held.work(`a${n}`)));
    const latest = rejects(waiting[3], "BUSY");
    const refused = await rejects(queue.run(ada, {}, held.work("a5")), "BUSY");
    assert.equal(refused.retryable, true);
    void queue.run(bob, {}, held.work("b"));
    await latest;
    assert.equal(queue.queued, 4);
    for (let ends = 0; ends < 5; ends++) await held.end();
    assert.deepEqual(held.begun, ["a", "b", "a1", "a2", "a3"]);
  });

  it("lets nobody who asks one at a time go before those who wait for long", async () => {
    const queue = new FairQueue(1, 100);
    for (let n = 0; n < 5; n++) void queue.run(ada, {}, held.work(`a${n}`));
    for (let n = 0; n < 4; n++) {
      void queue.run(bob, {}, held.work(`b${n}`));
      await held.end();
      await held.end();
    }
    assert.deepEqual(held.begun, ["a0", "b0", "a1", "b1", "a2", "b2", "a3", "b3", "a4"]);
  });

  it("gives no turn to who takes no answers, until it does", async () => {
    const queue = new FairQueue(2, 100);
    const slow = { takesAnswers: false };
    void queue.run(slow, {}, held.work("s"));
    void queue.run(bob, {}, held.work("b"));
    queue.tick(performance.now());
    await held.end();
    assert.deepEqual(held.begun, ["b"]);
    slow.takesAnswers = true;
    queue.tick(performance.now());
    await held.end();
    assert.deepEqual(held.begun, ["b", "s"]);
  });

  it("lets others be heard while short work follows short work", async () => {
    const queue = new FairQueue(1, 10_000);
    let done = 0;
    const short: Work = async () => {
      const end = performance.now() + 0.1;
      while (performance.now() < end);
      done++;
    };
    const all = Array.from({ length: 1_000 }, () => queue.run(ada, {}, short));
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(done < 1_000);
    await Promise.all(all);
  });
});
