import assert from "node:assert/strict";
import { scryptSync } from "node:crypto";
import {
  checkPassword,
  decoyOf,
  hashPassword,
  isPasswordHash,
  verifyPassword,
} from "../../lib/server/password.js";
import { QuietScrypt } from "../../lib/server/quiet-scrypt.js";
import { Turnstile } from "../../lib/server/turnstile.js";
import { cheapHash } from "../support/users.js";

describe("a password", () => {
  it("is kept as scrypt with its parameters and a salt of its own", async () => {
    const [one, other] = await Promise.all([hashPassword("secret"), hashPassword("secret")]);
    assert.match(one, /^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    assert.notEqual(one, other);
    assert.ok(isPasswordHash(one));
    assert.equal(await verifyPassword("secret", one), true);
    assert.equal(await verifyPassword("Secret", one), false);
  });

  it("is checked with the parameters that are stored", async () => {
    assert.equal(await verifyPassword("secret", cheapHash("secret")), true);
    assert.equal(await verifyPassword("secret ", cheapHash("secret")), false);
  });

  it("is the same however its letters are composed", async () => {
    assert.equal(await verifyPassword("a\u0308hnlich", cheapHash("\u00e4hnlich")), true);
  });

  it("is none that opens what stands for nobody, at the cost of somebody's", async () => {
    assert.match(decoyOf(cheapHash("x")), /^\$scrypt\$ln=10,r=8,p=1\$/);
    assert.match(decoyOf(undefined), /^\$scrypt\$ln=15,r=8,p=3\$/);
    for (const guess of ["", "x"]) {
      assert.equal(await verifyPassword(guess, decoyOf(cheapHash("x"))), false);
    }
  });

  it("is none where deriving it would take more than 256 MiB, or some twenty times as long as usual", () => {
    const stored = (cost: string) => cheapHash("x").replace("ln=10,r=8,p=1", cost);
    for (const cost of ["ln=18,r=8,p=1", "ln=20,r=2,p=8", "ln=15,r=8,p=16", "ln=15,r=16,p=16"]) {
      assert.ok(isPasswordHash(stored(cost)), cost);
    }
    for (const cost of ["ln=18,r=9,p=1", "ln=20,r=16,p=16", "ln=18,r=8,p=16", "ln=20,r=2,p=16"]) {
      assert.ok(!isPasswordHash(stored(cost)), cost);
    }
  });

  it("is derived for nobody who has gone meanwhile", async () => {
    let asked = 0;
    const isWanted = () => ++asked < 1;
    assert.equal(await verifyPassword("secret", cheapHash("secret"), isWanted), false);
    assert.equal(asked, 1);
  });

  it("is 1 to 1,024 bytes of well-formed text", () => {
    assert.equal(checkPassword("ä".repeat(512)).length, 512);
    for (const wrong of ["", "ä".repeat(513), "\ud800", 7, undefined]) {
      assert.throws(() => checkPassword(wrong), { code: "INVALID_ARGUMENT" });
    }
  });
});

describe("a turnstile", () => {
  it("lets so many through at once, the others in their order, and refuses more than may wait", async () => {
    const turnstile = new Turnstile({ atOnce: 2, waitingMax: 2 });
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const enter = (each: number) =>
      turnstile.pass(() => {
        begun.push(each);
        return new Promise<void>((resolve) => ends.push(resolve));
      });
    const passing = [1, 2, 3, 4].map(enter);
    await assert.rejects(enter(5), { code: "BUSY" });
    assert.deepEqual(begun, [1, 2]);
    ends[1]();
    await passing[1];
    assert.deepEqual(begun, [1, 2, 3]);
    ends[0]();
    await passing[0];
    ends[2]();
    ends[3]();
    await Promise.all(passing);
    assert.deepEqual(begun, [1, 2, 3, 4]);
  });

  it("goes on after what fails", async () => {
    const turnstile = new Turnstile({ atOnce: 1, waitingMax: 1 });
    await assert.rejects(turnstile.pass(() => Promise.reject(new Error("no"))));
    assert.equal(await turnstile.pass(async () => 7), 7);
  });
});

describe("a derivation that gives way", () => {
  const derivation = {
    ...{ text: "secret", salt: Buffer.from("0123456789abcdef"), length: 32 },
    options: { N: 2 ** 14, r: 8, p: 1 },
  };
  const expected = scryptSync("secret", derivation.salt, 32, derivation.options);

  if (process.platform === "linux") {
    it("is the same as every other, one at a time", async () => {
      const quiet = new QuietScrypt();
      const first = quiet.derive(derivation, 60_000);
      assert.equal(quiet.derive(derivation, 60_000), undefined);
      assert.deepEqual(Buffer.from((await first) ?? []), expected);
      const again = quiet.derive(derivation, 60_000);
      assert.deepEqual(Buffer.from((await again) ?? []), expected);
    });

    it("is not waited for longer than somebody is patient, and is under way still", async () => {
      const quiet = new QuietScrypt();
      const long = { ...derivation, options: { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 26 } };
      assert.equal(await quiet.derive(long, 1), undefined);
      assert.equal(quiet.derive(derivation, 1), undefined);
    });

    it("is made elsewhere from then on where its thread fails", async () => {
      const quiet = new QuietScrypt();
      const impossible = { ...derivation, options: { N: 3 } };
      assert.equal(await quiet.derive(impossible, 60_000), undefined);
      assert.equal(quiet.derive(derivation, 60_000), undefined);
    });
  }
});
