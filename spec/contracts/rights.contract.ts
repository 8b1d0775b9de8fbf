import assert from "node:assert/strict";
import type { RemoteEngine } from "../../lib/client.js";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import { query } from "../../lib/model/query.js";
import type { Server } from "../../lib/server.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { until } from "../support/until.js";
import { type UserFields, writeUsers } from "../support/users.js";

/** A way to reach a server that has users. */
export interface GuardedReach {
  readonly name: string;
  serve(engine: EmbeddedEngine, users: string): Promise<GuardedServer>;
}

export interface GuardedServer {
  readonly server: Server;
  /** A client of this user; without a name one that says nothing. */
  connect(user?: string, password?: string): Promise<RemoteEngine>;
}

const everybody: { readonly [name: string]: UserFields } = {
  root: { password: "r", rights: { "*": "admin" } },
  reader: { password: "p", rights: { films: "read" } },
  writer: { password: "w", rights: { films: "write", music: "read" } },
  owner: { password: "o", rights: { films: "admin" } },
  nobody: { password: "n" },
};
const passwords = new Map(
  Object.entries(everybody).map(([name, { password }]) => [name, password]),
);
const forbidden = { code: "FORBIDDEN" } as const;
const unauthenticated = { code: "UNAUTHENTICATED" } as const;

/** What users are promised, and what a server promises against them. */
export function rightsContract(reach: GuardedReach): void {
  describe(`users, ${reach.name}`, () => {
    const folder = new TemporaryFolder();
    let engine: EmbeddedEngine;
    let guarded: GuardedServer;
    const clients: RemoteEngine[] = [];
    const path = () => folder.at("users.json");
    const as = async (user?: string, password = passwords.get(user ?? "")) => {
      const client = await guarded.connect(user, password);
      clients.push(client);
      return client;
    };

    before(async () => {
      writeUsers(path(), everybody);
      engine = await open({ threads: 0 });
      for (const name of ["films/a", "music/a", "plain"]) {
        const store = await engine.createStore(name, { dimension: 1, metric: "euclidean" });
        await store.set({ id: "1", vector: [1], metadata: { n: 1 } });
      }
      guarded = await reach.serve(engine, path());
    });
    afterEach(async () => {
      await Promise.all(clients.splice(0).map((client) => client.close({ timeoutMs: 0 })));
      writeUsers(path(), everybody);
      await guarded.server.reload();
    });
    after(async () => {
      await engine.close();
      folder.remove();
    });

    it("are let in by their passwords, and nobody else is, in the same words", async () => {
      const client = await as("reader");
      assert.equal(await client.store("films/a").count(), 1);
      const sentences = new Set<string>();
      for (const [user, password] of [["reader", "P"], ["stranger", "p"], []]) {
        const refusal = as(user, password).then(
          () => new Error("it was let in"),
          (error: Error) => error,
        );
        await assert.rejects(async () => {
          throw await refusal;
        }, unauthenticated);
        sentences.add((await refusal).message);
      }
      assert.equal(sentences.size, 1);
    });

    it("do what their rights hold, in the namespaces in which they hold them", async () => {
      const [reader, writer, owner] = [await as("reader"), await as("writer"), await as("owner")];
      assert.equal((await reader.store("films/a").search([1])).length, 1);
      const films = await reader.explain({ kind: "count", store: "films/a" });
      assert.equal(films.matched, 1);
      assert.deepEqual(await reader.store("films/a").facets("n"), [{ value: 1, count: 1 }]);
      await assert.rejects(reader.store("music/a").facets("n"), forbidden);
      assert.equal((await reader.store("films/a").measureRecall()).recall, 1);
      await assert.rejects(reader.store("music/a").measureRecall(), forbidden);
      await assert.rejects(reader.explain({ kind: "count", store: "music/a" }), forbidden);
      await assert.rejects(reader.store("films/a").set({ vector: [2] }), forbidden);
      await assert.rejects(reader.store("music/a").count(), forbidden);
      await assert.rejects(reader.store("plain").count(), forbidden);
      assert.equal((await writer.store("films/a").set({ id: "2", vector: [2] })).inserted, 1);
      assert.equal(await writer.store("films/a").delete("2"), 1);
      await assert.rejects(writer.store("music/a").delete("1"), forbidden);
      await assert.rejects(writer.createStore("films/b", { dimension: 1 }), forbidden);
      await owner.createStore("films/b", { dimension: 1 });
      assert.equal(await owner.dropStore("films/b"), true);
      await assert.rejects(owner.createStore("b", { dimension: 1 }), forbidden);
      await assert.rejects(owner.execute({ kind: "verify" }), forbidden);
      assert.deepEqual((await (await as("root")).execute({ kind: "verify" })).problems, []);
    });

    it("do nothing where nothing is said of them", async () => {
      const client = await as("nobody");
      for (const asked of [client.ping(), client.info(), client.clients(), client.listStores()]) {
        await assert.rejects(asked, forbidden);
      }
    });

    it("are refused before it shows whether a store is there", async () => {
      const client = await as("reader");
      await assert.rejects(client.store("music/none").count(), forbidden);
      await assert.rejects(client.store("films/none").count(), { code: "STORE_NOT_FOUND" });
    });

    it("have each query of a pipeline judged by itself", async () => {
      const client = await as("writer");
      const outcomes = await client.pipeline([
        query.count({ store: "films/a" }),
        query.set({ store: "music/a", entries: [{ id: "9", vector: [9] }] }),
        query.set({ store: "films/a", entries: [{ id: "9", vector: [9] }] }),
        query.count({ store: "plain" }),
        query.delete({ store: "films/a", target: "9" }),
        query.listStores({}),
      ]);
      const shown = outcomes.map((each) =>
        each.ok ? "ok" : (each.error as { code?: string }).code,
      );
      assert.deepEqual(shown, ["ok", "FORBIDDEN", "ok", "FORBIDDEN", "ok", "ok"]);
      const listed = outcomes[5];
      assert.deepEqual(listed.ok && listed.response.map(({ name }) => name), [
        "films/a",
        "music/a",
      ]);
      assert.equal(await engine.store("music/a").count(), 1);
    });

    it("have a transaction refused whole", async () => {
      const client = await as("reader");
      const write = query.set({ store: "films/a", entries: [{ id: "8", vector: [8] }] });
      await assert.rejects(client.transaction([write]), forbidden);
      assert.equal(await engine.store("films/a").count(), 1);
      const [response] = await (await as("writer")).transaction([write]);
      assert.equal(response.inserted, 1);
      await engine.store("films/a").delete("8");
    });

    it("see of stores, sums and clients what is theirs; an admin sees all", async () => {
      const [reader, root] = [await as("reader"), await as("root")];
      const names = async (client: RemoteEngine) => (await client.listStores()).map((s) => s.name);
      assert.deepEqual(await names(reader), ["films/a"]);
      assert.deepEqual(await names(root), ["films/a", "music/a", "plain"]);
      await assert.rejects(reader.listStores({ namespace: "music" }), forbidden);
      const [little, all] = [await reader.info(), await root.info()];
      assert.deepEqual([little.stores, little.entries, all.stores, all.entries], [1, 1, 3, 3]);
      assert.ok(little.bytes.memory < all.bytes.memory);
      const users = async (client: RemoteEngine) => (await client.clients()).map((c) => c.user);
      assert.deepEqual(await users(reader), ["reader"]);
      assert.deepEqual((await users(root)).sort(), ["reader", "root"]);
    });

    it("have a right that was changed at once, on connections that stay", async () => {
      const client = await as("reader");
      const status = client.status();
      await assert.rejects(client.store("music/a").count(), forbidden);
      const { reader, ...others } = everybody;
      writeUsers(path(), { ...others, reader: { ...reader, rights: { music: "read" } } });
      await guarded.server.reload();
      assert.equal(await client.store("music/a").count(), 1);
      await assert.rejects(client.store("films/a").count(), forbidden);
      await client.close();
      assert.deepEqual((await status.next()).value?.kind, "disconnected");
    });

    it("are not told of changes for which they have waited when the right is gone", async () => {
      const client = await as("reader");
      const { position } = await client.info();
      const asked = { kind: "changes", store: "films/a", since: position, waitMs: 10_000 } as const;
      const refused = assert.rejects(client.execute(asked), forbidden);
      const waiting = () => guarded.server.clients().some(({ inFlight }) => inFlight === 1);
      await until(waiting, "the request");
      writeUsers(path(), { ...everybody, reader: { password: "p", rights: { music: "read" } } });
      await guarded.server.reload();
      await engine.store("films/a").set({ id: "7", vector: [7] });
      await refused;
      await engine.store("films/a").delete("7");
    });

    it("are sent away when they are removed, or have another password; others stay", async () => {
      const [reader, writer, root] = [await as("reader"), await as("writer"), await as("root")];
      await Promise.all([reader, writer, root].map((client) => client.info()));
      const { reader: _, ...others } = everybody;
      writeUsers(path(), { ...others, writer: { password: "new", rights: { "*": "admin" } } });
      await guarded.server.reload();
      await assert.rejects(reader.info(), unauthenticated);
      await assert.rejects(writer.info(), unauthenticated);
      assert.equal((await root.info()).stores, 3);
      const seen = new Set(guarded.server.clients().map(({ user }) => user));
      await until(
        () => guarded.server.clients().every(({ user }) => user === "root"),
        `${[...seen]}`,
      );
    });
  });
}
