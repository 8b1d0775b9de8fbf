import assert from "node:assert/strict";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "../../lib/client.js";
import { clientHello } from "../../lib/protocol/handshake.js";
import type { ConnectMessage } from "../../lib/protocol/message.js";
import { Login } from "../../lib/server/login.js";
import { LoginThrottle } from "../../lib/server/login-throttle.js";
import { verifyPassword } from "../../lib/server/password.js";
import { UserRegistry } from "../../lib/server/user-registry.js";
import type { Server } from "../../lib/server.js";
import { memoryPair } from "../../lib/transport/memory.js";
import { Queue } from "../../lib/transport/queue.js";
import type { Transport } from "../../lib/transport/transport.js";
import { introduction, RawPeer } from "../support/raw-peer.js";
import { Serving } from "../support/serving.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { writeUsers } from "../support/users.js";

const ada = { user: "ada", password: "secret" };

describe("logging in", () => {
  const folder = new TemporaryFolder();
  const users = folder.at("users.json");
  let serving: Serving;
  let server: Server;

  beforeEach(async () => {
    writeUsers(users, {
      ada: { password: "secret", rights: { "*": "admin" } },
      bea: { password: "secret", rights: { "*": "read" } },
      carl: { certificate: true, rights: { "*": "read" } },
    });
    serving = new Serving();
    server = await serving.listenInMemory({ users });
  });
  afterEach(() => serving.close());
  after(() => folder.remove());

  const greeted = async () => {
    const peer = new RawPeer(await serving.dial(server));
    peer.bytes(clientHello(64 * 1024));
    await peer.hello();
    return peer;
  };
  const introduced = async (changes: Partial<ConnectMessage>) => {
    const peer = await greeted();
    peer.send(introduction(changes));
    return peer;
  };

  it("is one message with user and password, answered like any connect", async () => {
    const peer = await introduced({ credentials: ada });
    await peer.next("accept");
    peer.request(1, { kind: "ping" });
    assert.equal((await peer.next("response")).id, 1);
    assert.deepEqual(
      server.clients().map(({ user }) => user),
      ["ada"],
    );
  });

  it("ends the session where it fails", async () => {
    for (const credentials of [
      undefined,
      { user: "ada", password: "x" },
      { user: "carl", password: "x" },
    ]) {
      const peer = await introduced({ credentials });
      assert.equal((await peer.next("refuse")).error.code, "UNAUTHENTICATED");
      assert.equal(await peer.any(), undefined);
    }
    assert.deepEqual(server.clients(), []);
  });

  it("wants nil, or two texts that are not too long", async () => {
    const wrong: unknown[] = [7, "ada", [], {}, { user: "ada" }, { user: "ada", password: 7 }];
    wrong.push({ user: "", password: "x" }, { user: "ada", password: "x".repeat(1_025) });
    for (const credentials of wrong) {
      const peer = await introduced({ credentials } as Partial<ConnectMessage>);
      assert.equal((await peer.next("refuse")).error.code, "PROTOCOL_ERROR");
    }
  });

  it("is the same work for a user who is known and for one who is not", async () => {
    const registry = await UserRegistry.open(users);
    const derived: string[] = [];
    const login = new Login({
      users: registry,
      throttle: new LoginThrottle(),
      audit: undefined,
      verify: async (password, stored, isWanted) => {
        derived.push(stored);
        return await verifyPassword(password, stored, isWanted);
      },
    });
    const [transport] = memoryPair();
    for (const user of ["ada", "nobody", "carl"]) {
      const guess = login.prove({ user, password: "x" }, transport);
      await assert.rejects(guess, { code: "UNAUTHENTICATED" });
    }
    registry.close();
    const costs = derived.map((stored) => /^\$scrypt\$[^$]+\$/.exec(stored)?.[0]);
    assert.equal(costs.length, 3);
    assert.equal(new Set(costs).size, 1);
  });

  it("takes no requests before it is over", async () => {
    const peer = await greeted();
    peer.send(introduction({ credentials: ada }));
    peer.request(1, { kind: "ping" });
    assert.equal((await peer.next("refuse")).error.code, "PROTOCOL_ERROR");
    assert.deepEqual(serving.engine.executor.queries, []);
    assert.deepEqual(server.clients(), []);
  });

  it("leaves no client behind who hangs up meanwhile", async () => {
    const peer = await introduced({ credentials: ada });
    await peer.transport.close();
    await (await introduced({ credentials: ada, clientId: "other" })).next("accept");
    assert.equal(server.clients().length, 1);
  });

  it("is told the same way when the server closes meanwhile", async () => {
    const peer = await introduced({ credentials: ada });
    const closed = server.close();
    assert.equal((await peer.next("refuse")).error.code, "SHUTTING_DOWN");
    await closed;
  });

  it("gives nobody the place of another user who calls itself by the same id", async () => {
    await (await introduced({ credentials: ada, clientId: "c" })).next("accept");
    await (await introduced({ credentials: { ...ada, user: "bea" }, clientId: "c" })).next(
      "accept",
    );
    const listed = server.clients().map(({ user, connections }) => [user, connections]);
    assert.deepEqual(listed.sort(), [
      ["ada", 1],
      ["bea", 1],
    ]);
  });

  it("takes no password that others may have read, right or wrong", async () => {
    const peer = new RawPeer(await exposed());
    peer.bytes(clientHello(64 * 1024));
    await peer.hello();
    peer.send(introduction({ credentials: ada }));
    assert.equal((await peer.next("refuse")).error.code, "UNAUTHENTICATED");
  });

  it("is not even tried by a client where others may read the password", async () => {
    const transport = await exposed();
    const attempt = connect("somewhere", { ...ada, dial: async () => transport });
    await assert.rejects(attempt, { code: "INVALID_ARGUMENT", message: /only inside TLS/ });
    assert.equal(transport.bytesOut, 0);
  });

  it("wants a password with a user, and a user with a password", async () => {
    for (const options of [
      { user: "ada" },
      { password: "x" },
      { ...ada, user: "" },
      { ...ada, password: 7 },
    ]) {
      const attempt = serving.connect(server, options as typeof ada);
      await assert.rejects(attempt, { code: "INVALID_ARGUMENT" });
    }
  });

  it("is told to a client once and for all, which does not try again", async () => {
    const client = await serving.connect(server, { ...ada, connections: 1 });
    await client.ping();
    writeUsers(users, { ada: { password: "other", rights: { "*": "admin" } } });
    await server.reload();
    await assert.rejects(client.ping(), { code: "UNAUTHENTICATED" });
  });

  it("follows the file by itself when that has changed", async () => {
    const client = await serving.connect(server, ada);
    await client.ping();
    writeUsers(users, { ada: { password: "secret", rights: { films: "read" } } });
    await assert.rejects(
      async () => {
        for (const deadline = Date.now() + 10_000; Date.now() < deadline; ) {
          await client.store("music/a").count();
          // Over memory everything else happens before the loop goes round.
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
      { code: "FORBIDDEN" },
    );
  });

  it("goes on with the users of before while the file cannot be read", async () => {
    const client = await serving.connect(server, ada);
    writeFileSync(users, "{");
    await assert.rejects(server.reload(), { code: "INVALID_ARGUMENT" });
    assert.ok((await client.ping()) >= 0);
    rmSync(users);
    await assert.rejects(server.reload(), { code: "INVALID_ARGUMENT" });
    await serving.connect(server, ada);
  });

  it("is asked for by no server that cannot read its users", async () => {
    chmodSync(users, 0o644);
    await assert.rejects(serving.listenInMemory({ users }), { code: "INVALID_ARGUMENT" });
    await assert.rejects(serving.listenInMemory({ users: "" }), { code: "INVALID_ARGUMENT" });
  });

  it("is asked of nobody by a server without users, which passes over what it is sent", async () => {
    const open = await serving.listenInMemory();
    const client = await serving.connect(open, ada);
    const [listed] = await client.clients();
    assert.equal("user" in listed, false);
  });

  /** A connection to a server of these users, on a way of which nobody knows who listens. */
  async function exposed(): Promise<Transport> {
    const [near, far] = memoryPair();
    for (const end of [near, far]) Object.defineProperty(end, "confidential", { value: false });
    serving.transports.push(near);
    const opened = new Queue<Transport>();
    opened.put(far);
    const close = async () => opened.end();
    const listener = { url: "exposed", close, [Symbol.asyncIterator]: () => opened };
    await serving.listen({ listener, users });
    return near;
  }
});
