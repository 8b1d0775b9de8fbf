import assert from "node:assert/strict";
import { connect, query, type RemoteEngine } from "../../lib/client.js";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import { Audit, type AuditLog } from "../../lib/server/audit.js";
import { listen, type Server } from "../../lib/server.js";
import { MemoryListener } from "../../lib/transport/memory.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { writeUsers } from "../support/users.js";

type Line = { readonly sentence: string; readonly [field: string]: unknown };

/** A log that keeps its lines. */
class KeptLog implements AuditLog {
  readonly lines: Line[] = [];

  info(fields: object, sentence: string): void {
    this.lines.push({ ...fields, sentence });
  }

  warn(fields: object, sentence: string): void {
    this.lines.push({ ...fields, sentence });
  }
}

const secrets = ["ada's secret", "bea's secret", "hunter2"];

describe("the audit log", () => {
  const folder = new TemporaryFolder();
  const users = folder.at("users.json");
  let engine: EmbeddedEngine;
  let server: Server;
  let log: KeptLog;
  let dial: () => ReturnType<MemoryListener["dial"]>;
  const clients: RemoteEngine[] = [];
  const as = async (user?: string, password?: string) => {
    const client = await connect(server.url, { user, password, dial });
    clients.push(client);
    return client;
  };
  const serve = async (file?: string) => {
    const listener = new MemoryListener();
    dial = () => listener.dial();
    server = await listen(engine, { listener, users: file, audit: log });
  };

  beforeEach(async () => {
    writeUsers(users, {
      ada: { password: secrets[0], rights: { "*": "admin" } },
      bea: { password: secrets[1], rights: { films: "read" } },
    });
    engine = await open({ threads: 0 });
    log = new KeptLog();
    await serve(users);
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close({ timeoutMs: 0 })));
    await engine.close();
    for (const secret of secrets)
      assert.doesNotMatch(JSON.stringify(log.lines), new RegExp(secret));
  });
  after(() => folder.remove());

  it("tells who was turned away and why, which they are not told", async () => {
    const attempts: [string?, string?][] = [["ada", "hunter2"], ["hunter2", "ada"], []];
    for (const [user, password] of attempts) {
      await assert.rejects(as(user, password), { code: "UNAUTHENTICATED" });
    }
    const sentence = "turned away";
    assert.deepEqual(log.lines, [
      { user: "ada", address: "memory", reason: "a wrong password", sentence },
      { address: "memory", reason: "an unknown user", sentence },
      { address: "memory", reason: "no credentials", sentence },
    ]);
  });

  it("tells what was administered and what was refused, by whom, in pipelines too", async () => {
    const [ada, bea] = [await as("ada", secrets[0]), await as("bea", secrets[1])];
    const films = await ada.createStore("films/a", { dimension: 1 });
    await films.set({ vector: [1], metadata: { note: "hunter2" } });
    await films.count();
    await assert.rejects(ada.dropStore("films/none"), { code: "STORE_NOT_FOUND" });
    await assert.rejects(bea.store("films/a").delete({ where: { note: "hunter2" } }));
    await bea.pipeline([query.count({ store: "films/a" }), query.dropStore({ store: "films/a" })]);
    await ada.pipeline([query.dropStore({ store: "films/a" })]);
    const [byAda, byBea] = ["ada", "bea"].map((user) => ({ user, address: "memory" }));
    const did = { sentence: "administered", outcome: "done" };
    const refused = { sentence: "refused", code: "FORBIDDEN" };
    assert.deepEqual(log.lines, [
      { ...byAda, kind: "createStore", store: "films/a", ...did },
      { ...byAda, kind: "dropStore", store: "films/none", ...did, outcome: "STORE_NOT_FOUND" },
      { ...byBea, kind: "delete", store: "films/a", ...refused },
      { ...byBea, kind: "dropStore", store: "films/a", ...refused },
      { ...byAda, kind: "dropStore", store: "films/a", ...did },
    ]);
  });

  it("tells what is administered where there are no users", async () => {
    await serve();
    await (await as()).createStore("a", { dimension: 1 });
    const expected = { address: "memory", kind: "createStore", store: "a", outcome: "done" };
    assert.deepEqual(log.lines, [{ user: undefined, ...expected, sentence: "administered" }]);
  });

  it("tells that the users were read again, or could not be", async () => {
    await server.reload();
    assert.deepEqual(log.lines, [{ sentence: "read the users again" }]);
  });

  it("is no reason to fail when it fails itself", async () => {
    log.info = () => {
      throw new Error("no");
    };
    assert.ok(await (await as("ada", secrets[0])).createStore("a", { dimension: 1 }));
  });

  it("counts refusals beyond twenty a second", () => {
    let now = 5_000;
    const audit = new Audit(log, () => now);
    for (let i = 0; i < 1_000; i++) audit.turnedAway({ address: "192.0.2.1:9" }, "no credentials");
    assert.equal(log.lines.length, 20);
    now += 1_000;
    audit.turnedAway({ address: "192.0.2.1:9" }, "no credentials");
    assert.deepEqual(log.lines[20], { count: 980, sentence: "more were refused" });
    assert.equal(log.lines.length, 22);
  });
});
