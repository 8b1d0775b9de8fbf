import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { changeUsers, readUsers } from "../../lib/server/users-file.js";
import { parseUsers, printUsers } from "../../lib/server/users-text.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { cheapHash, makeUser, writeUsers } from "../support/users.js";

describe("a file of users", () => {
  const folder = new TemporaryFolder();
  let files = 0;
  const newPath = () => folder.at(`users-${++files}.json`);

  after(() => folder.remove());

  it("is made readable for its owner alone, and gives back what was put in", async () => {
    const path = newPath();
    const ada = makeUser("ada", {
      password: "x",
      rights: { films: "read", "*": "write", "": "admin" },
    });
    const bob = makeUser("bob", { certificate: true });
    await changeUsers(path, async (users) => {
      users.set("bob", bob).set("ada", ada);
    });
    if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o777, 0o600);
    const users = await readUsers(path);
    assert.deepEqual([...users.keys()], ["ada", "bob"]);
    assert.deepEqual(users.get("ada"), ada);
    assert.deepEqual(users.get("bob"), bob);
  });

  if (process.platform !== "win32") {
    it("is refused while others may read or write it", async () => {
      const path = newPath();
      writeUsers(path, { ada: { password: "x" } });
      for (const mode of [0o640, 0o604, 0o620, 0o602, 0o666]) {
        chmodSync(path, mode);
        await assert.rejects(readUsers(path), { code: "INVALID_ARGUMENT", message: /chmod 600/ });
      }
      chmodSync(path, 0o400);
      assert.equal((await readUsers(path)).size, 1);
    });
  }

  it("stays as it is when a change fails, and no lock is left", async () => {
    const path = newPath();
    writeUsers(path, { ada: { password: "x" } });
    const before = readFileSync(path, "utf8");
    const change = changeUsers(path, async (users) => {
      users.clear();
      throw new Error("no");
    });
    await assert.rejects(change);
    assert.equal(readFileSync(path, "utf8"), before);
    assert.equal(existsSync(`${path}.new`), false);
  });

  it("is LOCKED while somebody changes it", async () => {
    const path = newPath();
    await changeUsers(path, async () => {
      await assert.rejects(
        changeUsers(path, async () => {}),
        { code: "LOCKED" },
      );
    });
    assert.equal((await readUsers(path)).size, 0);
  });

  it("says how it is made where there is none", async () => {
    await assert.rejects(readUsers(newPath()), {
      code: "INVALID_ARGUMENT",
      message: /no such file.*ahnlich user add/,
    });
  });

  it("holds at most 1,000 users and 1 MiB", async () => {
    const path = newPath();
    const fill = (count: number) =>
      changeUsers(path, async (users) => {
        for (let i = 0; i < count; i++) users.set(`u${i}`, makeUser(`u${i}`, {}));
      });
    await fill(1_000);
    assert.equal((await readUsers(path)).size, 1_000);
    await assert.rejects(fill(1_001), { code: "LIMIT_EXCEEDED" });
    writeFileSync(path, " ".repeat(1024 * 1024 + 1));
    await assert.rejects(readUsers(path), { code: "LIMIT_EXCEEDED" });
  });

  it("is refused whole where anything in it is not of its form, and no error quotes a secret", () => {
    const hash = cheapHash("x");
    const secret = "hunter2";
    const user = (fields: object) => ({ format: 1, users: { ada: fields } });
    const wrong: unknown[] = [
      secret,
      [],
      {},
      { format: 1 },
      { format: 0, users: {} },
      { format: 1, users: [] },
      { format: 1, users: {}, [secret]: 1 },
      { format: 1, users: { "a b": { rights: {} } } },
      { format: 1, users: { [secret.repeat(10)]: { rights: {} } } },
      user({}),
      user({ rights: "admin" }),
      user({ rights: { films: "own" } }),
      user({ rights: { "films/a": "read" } }),
      user({ rights: {}, pasword: hash }),
      user({ rights: {}, password: secret }),
      user({ rights: {}, password: hash.replace("ln=10", "ln=30") }),
      user({ rights: {}, password: hash.replace("ln=10", "ln=1") }),
      user({ rights: {}, password: hash.slice(0, -1) }),
      user({ rights: {}, certificate: "yes" }),
    ];
    for (const value of wrong) {
      const text = JSON.stringify(value);
      assert.throws(
        () => parseUsers(text, "users.json"),
        (error: Error & { code?: string }) =>
          error.code === "INVALID_ARGUMENT" && !error.message.includes(secret),
        text,
      );
    }
    assert.throws(
      () => parseUsers(`{"users": ${secret}`, "f"),
      (error: Error) => {
        return !error.message.includes(secret);
      },
    );
    assert.throws(() => parseUsers('{"format":2,"users":{}}', "f"), { code: "FORMAT_TOO_NEW" });
  });

  it("takes names that objects have by themselves for names", () => {
    const users = new Map(
      ["__proto__", "constructor", "toString"].map((name) => [name, makeUser(name, {})]),
    );
    assert.deepEqual(
      [...parseUsers(printUsers(users), "f").keys()].sort(),
      [...users.keys()].sort(),
    );
  });
});
