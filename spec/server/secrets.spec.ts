import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "../../lib/client.js";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import { listen, type Server } from "../../lib/server.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { cheapHash, writeUsers } from "../support/users.js";

const password = "correct horse battery";
const ada = { user: "ada", password };

describe("passwords and what is kept of them", () => {
  const folder = new TemporaryFolder();
  let engine: EmbeddedEngine;
  let server: Server;

  before(async () => {
    // In the folder of the data, where nobody should put it.
    const data = folder.at("data");
    engine = await open(data);
    writeUsers(`${data}/users.json`, { ada: { password, rights: { "*": "admin" } } });
    server = await listen(engine, { port: 0, users: `${data}/users.json`, backups: folder.path });
  });
  after(async () => {
    await engine.close();
    folder.remove();
  });

  it("are in no backup", async () => {
    await using client = await connect(server.url, ada);
    await client.createStore("s", { dimension: 1 });
    await client.execute({ kind: "backup", name: "monday" });
    const files = readdirSync(folder.at("monday"));
    assert.deepEqual(files, ["data.mdb"]);
    hold(readFileSync(folder.at("monday", "data.mdb"), "latin1"));
    hold(readFileSync(folder.at("data", "data.mdb"), "latin1"));
  });

  it("are in nothing that is answered, reported or thrown", async () => {
    await using client = await connect(
      server.url.replace("//", `//ada:${encodeURIComponent(password)}@`),
    );
    const status = client.status();
    hold(JSON.stringify([await client.info(), await client.clients(), server.clients()]));
    await client.close();
    hold(JSON.stringify([(await status.next()).value, server.url]));
    const wrong = [{ ...ada, user: "bea" }, { ...ada, password: `${password}!` }, { password }];
    for (const options of wrong) {
      const error = await connect(server.url, options).then(
        () => new Error("it was let in"),
        (thrown: Error) => thrown,
      );
      assert.notEqual(error.message, "it was let in");
      hold(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`);
    }
  });
});

/** Neither the password nor its hash is in there. */
function hold(text: string): void {
  for (const secret of [password, encodeURIComponent(password), cheapHash(password), "$scrypt$"]) {
    assert.equal(text.includes(secret), false);
  }
}
