import assert from "node:assert/strict";
import { addressPrefix } from "../../lib/server/address-prefix.js";
import { LoginThrottle } from "../../lib/server/login-throttle.js";

const here = "192.0.2.1:50000";
const elsewhere = "198.51.100.1:50000";

describe("the throttle of logins", () => {
  let now = 0;
  const throttle = () => {
    now = 1_000_000;
    return new LoginThrottle(() => now);
  };
  const fail = (throttle: LoginThrottle, count: number, user = "ada", peer = here) => {
    for (let i = 0; i < count; i++) throttle.failed(user, peer);
  };

  it("lets those who fail seldom, or never, try at once", async () => {
    const free = throttle();
    const turns = Array.from({ length: 64 }, () => free.turn("ada", here));
    assert.ok((await Promise.all(turns)).every(Boolean));
    fail(free, 3);
    assert.ok(await free.turn("ada", here));
  });

  it("makes who goes on failing wait, and turns away whose turn is too far off", async () => {
    const slow = throttle();
    fail(slow, 4);
    assert.equal(await isAtOnce(slow.turn("ada", here)), false);
    fail(slow, 6);
    const outcomes = await Promise.all([1, 2, 3].map(() => isRefused(slow.turn("ada", here))));
    assert.deepEqual(outcomes, [false, true, true]);
  });

  it("counts a user at one prefix, so that nobody locks others out from elsewhere", async () => {
    const slow = throttle();
    fail(slow, 15);
    assert.equal(await isAtOnce(slow.turn("ada", elsewhere)), true);
    assert.equal(await isAtOnce(slow.turn("bea", here)), true);
    assert.equal(await isAtOnce(slow.turn("ada", "192.0.2.77:9")), false);
  });

  it("counts a prefix too, whatever names it tries", async () => {
    const slow = throttle();
    for (let i = 0; i < 30; i++) slow.failed(`user ${i}`, here);
    assert.equal(await isAtOnce(slow.turn("nobody yet", here)), false);
    assert.equal(await isAtOnce(slow.turn("nobody yet", elsewhere)), true);
  });

  it("forgives the user who has logged in, and the prefix no sooner", async () => {
    const slow = throttle();
    fail(slow, 15);
    slow.succeeded("ada", here);
    assert.equal(await isAtOnce(slow.turn("ada", here)), true);
    fail(slow, 15);
    slow.succeeded("ada", here);
    assert.equal(await isAtOnce(slow.turn("ada", here)), false);
  });

  it("lets those pass who need not wait, however many others do", async () => {
    const slow = throttle();
    const others = Array.from({ length: 300 }, (_, i) => `10.0.${i % 250}.1:${i}`);
    for (const [i, peer] of others.entries()) fail(slow, 5, `user ${i}`, peer);
    const waiting = others.map((peer, i) => slow.turn(`user ${i}`, peer));
    assert.equal(await isAtOnce(slow.turn("ada", here)), true);
    const outcomes = await Promise.all(waiting);
    assert.equal(outcomes.filter(Boolean).length, 256);
  });

  it("forgets by and by", async () => {
    const slow = throttle();
    fail(slow, 15);
    now += 3 * 60_000;
    assert.equal(await isAtOnce(slow.turn("ada", here)), true);
  });

  it("remembers a bounded number, those that came last", () => {
    const slow = throttle();
    for (let i = 0; i < 30_000; i++) slow.failed(`user ${i}`, `192.0.${i % 256}.1:9`);
    assert.equal(slow.size, 10_000);
  });

  it("forgets nobody who failed for those who are turned away unseen", async () => {
    const slow = throttle();
    fail(slow, 15);
    fail(slow, 30, "bea", elsewhere);
    let turnedAway = 0;
    for (let i = 0; i < 20_000; i++) {
      if (await isRefused(slow.turn(`user ${i}`, elsewhere))) turnedAway++;
    }
    assert.equal(slow.size, 4);
    assert.ok(turnedAway > 10_000);
    assert.equal(await isAtOnce(slow.turn("ada", here)), false);
  });
});

describe("addressPrefix", () => {
  it("is /24 of IPv4 and /64 of IPv6, however they are written", () => {
    const expected: readonly (readonly [string, string])[] = [
      ["192.0.2.1:50000", "192.0.2"],
      ["[::ffff:192.0.2.9]:50000", "192.0.2"],
      ["[2001:db8::1]:50000", "2001:db8:0:0"],
      ["[2001:0db8:0000:0000:1::7]:9", "2001:db8:0:0"],
      ["[2001:db8:1:2:3:4:5:6]:9", "2001:db8:1:2"],
      ["[::1]:9", "0:0:0:0"],
      ["[fe80::1%eth0]:9", "fe80:0:0:0"],
      ["memory", "local"],
      ["ahnlich+unix:///run/a.sock", "local"],
    ];
    for (const [peer, prefix] of expected) assert.equal(addressPrefix(peer), prefix, peer);
  });
});

/** Whether a turn comes within this turn of the loop, without a timer. */
async function isAtOnce(turn: Promise<boolean>): Promise<boolean> {
  const later = new Promise<boolean>((resolve) => setImmediate(() => resolve(false)));
  return Promise.race([turn, later]);
}

/** Whether it is refused without a wait. */
async function isRefused(turn: Promise<boolean>): Promise<boolean> {
  const later = new Promise<boolean>((resolve) => setImmediate(() => resolve(true)));
  return !(await Promise.race([turn, later]));
}
