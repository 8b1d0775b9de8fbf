import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "ahnlich/client";
import { runNode } from "../support/run-node.js";
import { ServeProcess } from "../support/serve-process.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { writeUsers } from "../support/users.js";

describe("ahnlich user", function () {
  this.timeout(60_000);
  const folder = new TemporaryFolder();
  const users = folder.at("users.json");
  const secret = folder.at("secret");
  const other = folder.at("other");
  const ahnlich = (...args: string[]) => runNode(["build/lib/cli/main.js", ...args]);
  const user = (...args: string[]) => ahnlich("user", ...args, "--users", users);
  const done = async (running: ReturnType<typeof ahnlich>) => {
    const { code, stdout, stderr } = await running;
    assert.equal(stderr, "");
    assert.equal(code, 0);
    return stdout;
  };

  before(() => {
    writeFileSync(secret, "correct horse\n");
    writeFileSync(other, "battery staple\nnot this line\n");
  });
  after(() => folder.remove());

  it("makes users who can connect, grants and takes rights, and removes users again", async () => {
    await done(user("add", "ada", "--password-file", secret));
    await done(user("add", "carl", "--certificate"));
    await done(user("grant", "ada", "admin", "--all"));
    await done(user("grant", "ada", "read", "--namespace", "films"));
    await done(user("grant", "carl", "write", "--namespace", ""));
    assert.equal(
      await done(user("list")),
      "name  by           rights\n" +
        "ada   password     admin everywhere, read in films\n" +
        "carl  certificate  write in stores without a namespace\n",
    );
    assert.doesNotMatch(readFileSync(users, "utf8"), /horse/);

    await using serve = await ServeProcess.start(["--users", users]);
    await assert.rejects(connect(serve.url), { code: "UNAUTHENTICATED" });
    const ask = (...args: string[]) => ahnlich("ping", serve.url, "--user", "ada", ...args);
    assert.match(await done(ask("--password-file", secret)), /answers in/);
    assert.match(
      (await ask("--password-file", other)).stderr,
      /^ahnlich: expected a user[^\n]+\n$/,
    );
    await using client = await connect(serve.url, { user: "ada", password: "correct horse" });
    await client.ping();

    await done(user("passwd", "ada", "--password-file", other));
    await assert.rejects(
      async () => {
        for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) await client.ping();
      },
      { code: "UNAUTHENTICATED" },
    );
    const named = serve.url.replace("//", "//ada@");
    const down = await done(ahnlich("shutdown", named, "--password-file", other));
    assert.match(down, /shuts down/);
    assert.equal(await serve.ended, 0);
    assert.doesNotMatch(serve.stdout + serve.stderr, /horse|staple/);

    await done(user("grant", "ada", "none", "--all"));
    await done(user("remove", "carl"));
    const { users: left } = JSON.parse(readFileSync(users, "utf8"));
    assert.deepEqual(Object.keys(left), ["ada"]);
    assert.deepEqual(left.ada.rights, { films: "read" });
  });

  it("does not let somebody shut a server down who is no admin of all", async () => {
    const path = folder.at("owners.json");
    writeUsers(path, { ada: { password: "correct horse", rights: { films: "admin" } } });
    await using serve = await ServeProcess.start(["--users", path]);
    const flags = ["--user", "ada", "--password-file", secret];
    const { code, stderr } = await ahnlich("shutdown", serve.url, ...flags);
    assert.match(stderr, /^ahnlich: this wants the right to administer in all namespaces\n$/);
    assert.equal(code, 1);
  });

  it("says in one line what is wrong", async () => {
    const path = folder.at("wrong.json");
    writeUsers(path, { ada: { password: "x" } });
    const url = "ahnlich://ada:hunter2@127.0.0.1:1";
    const wrong: readonly [readonly string[], RegExp, number][] = [
      [["user", "list"], /'--users <file>' not specified/, 2],
      [["user", "list", "--users", folder.at("none.json")], /no such file/, 1],
      [["user", "remove", "bea", "--users", path], /bea: there is no such user/, 2],
      [["user", "remove", "b e", "--users", path], /a name of 1 to 60/, 2],
      [["user", "grant", "ada", "read", "--users", path], /--namespace NAME or --all/, 2],
      [["user", "grant", "ada", "own", "--all", "--users", path], /read, write, admin, none/, 2],
      [["user", "add", "ada", "--certificate", "--users", path], /such a user already/, 2],
      [["user", "add", "bea", "--users", path], /standard input: expected a password/, 2],
      [["ping", url], /no place among the arguments/, 2],
      [["ping", "ahnlich://127.0.0.1:1", "--user", "ada"], /expected --password-file/, 2],
    ];
    const before = readFileSync(path, "utf8");
    // Each with a file of its own: who changes one keeps others from it.
    const ended = await Promise.all(
      wrong.map(([line], place) => {
        const own = folder.at(`wrong-${place}.json`);
        writeUsers(own, { ada: { password: "x" } });
        return ahnlich(...line.map((word) => (word === path ? own : word)));
      }),
    );
    for (const [place, [, sentence, expected]] of wrong.entries()) {
      const { code, stdout, stderr } = ended[place];
      assert.match(stderr, sentence);
      assert.match(stderr, /^ahnlich: [^\n]+\n$/);
      assert.doesNotMatch(stderr, /hunter2/);
      assert.equal(stdout, "");
      assert.equal(code, expected, stderr);
    }
    for (const place of wrong.keys()) {
      const own = readFileSync(folder.at(`wrong-${place}.json`), "utf8");
      assert.equal(own, before);
    }
  });
});
