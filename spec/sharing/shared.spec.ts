import assert from "node:assert/strict";
import { readdirSync, rmSync, statSync } from "node:fs";
import { connect } from "../../lib/client.js";
import { type EmbeddedEngine, type OpenOptions, open } from "../../lib/index.js";
import { MemoryPersistence } from "../../lib/persistence/memory.js";
import { Persistence, provide } from "../../lib/ports.js";
import { listen } from "../../lib/server.js";
import { findResident } from "../../lib/sharing/find-resident.js";
import { realDoorbell } from "../support/open-folder.js";
import { rejects } from "../support/rejects.js";
import { SharingProcess } from "../support/sharing-process.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

describe("a shared folder", function () {
  this.timeout(120_000);
  let folder: TemporaryFolder;
  let path: string;
  const engines: EmbeddedEngine[] = [];
  const processes: SharingProcess[] = [];

  beforeEach(() => {
    folder = new TemporaryFolder();
    path = folder.at("data");
  });

  afterEach(async () => {
    await Promise.all(processes.splice(0).map((each) => each.kill()));
    await Promise.all(engines.splice(0).map((each) => each.close()));
    folder.remove();
  });

  async function opens(options: OpenOptions = {}): Promise<EmbeddedEngine> {
    const engine = await open({ path, shared: true, threads: 0, ...options });
    engines.push(engine);
    return engine;
  }

  async function starts(options: OpenOptions = {}): Promise<SharingProcess> {
    const started = new SharingProcess();
    processes.push(started);
    await started.open({ path, shared: true, ...options });
    return started;
  }

  const ownerPid = async () => (await findResident(path, realDoorbell))?.owner?.pid;

  it("is one engine for all that open it", async () => {
    const owner = await starts();
    const [one, other] = [await opens(), await opens()];
    const store = await one.createStore("s", { dimension: 2 });
    await owner.ask({ kind: "set", store: "s", entries: [{ id: "a", vector: [1, 0] }] });
    await store.set({ id: "b", vector: [0, 1] });
    assert.deepEqual(
      (await other.store("s").search([0, 1])).map(({ id }) => id),
      ["b", "a"],
    );
    assert.equal(await owner.ask({ kind: "count", store: "s" }), 2);
    const info = await other.info();
    assert.deepEqual(info, await owner.ask({ kind: "info" }));
    assert.equal(info.entries, 2);
  });

  it("is reached by nobody but its user", async () => {
    if (process.platform === "win32") return;
    await opens();
    const sockets = readdirSync(path).filter((name) => name.endsWith(".sock"));
    assert.equal(sockets.length, 1);
    assert.equal(statSync(`${path}/${sockets[0]}`).mode & 0o777, 0o600);
  });

  it("has an owner that lists those who have joined, and a joiner that lists its own clients too", async () => {
    const owner = await starts();
    const joined = await opens();
    const server = await listen(joined, { port: 0 });
    const client = await connect(server.url, { name: "guest" });
    const there = await owner.ask({ kind: "clients" });
    assert.deepEqual(
      there.map(({ name }) => name),
      [`process ${process.pid}`],
    );
    const here = [`process ${process.pid}`, "guest"];
    assert.deepEqual(
      (await joined.clients()).map(({ name }) => name),
      here,
    );
    assert.deepEqual(
      (await client.clients()).map(({ name }) => name),
      here,
    );
    const [{ ok, ...outcome }] = await client.pipeline([{ kind: "clients" }]);
    assert.ok(ok && "response" in outcome);
    assert.deepEqual(
      outcome.response.map(({ name }) => name),
      here,
    );
    await client.close();
  });

  it("is served by a joiner as by its owner, before and after it takes over", async () => {
    const owner = await starts();
    const joined = await opens();
    const server = await listen(joined, { port: 0 });
    const client = await connect(server.url);
    const store = await client.createStore("s", { dimension: 1 });
    await store.set({ id: "a", vector: [1] });
    await owner.kill();
    assert.equal(await store.count(), 1);
    assert.equal(await ownerPid(), process.pid);
    assert.equal((await joined.clients()).length, 1);
    await joined.close();
    await rejects(joined.info(), "CLOSED");
    assert.equal(await server.closed, undefined);
    assert.equal(await joined.closed, undefined);
    await client.close();
  });

  it("goes to a joiner when the owner closes it, without a call failing", async () => {
    const owner = await starts();
    const joined = [await opens(), await opens(), await opens()];
    const stores = joined.map((engine) => engine.store("s"));
    await joined[0].createStore("s", { dimension: 1 });
    let stopped = false;
    const lanes = stores.map(async (store, lane) => {
      for (let n = 0; !stopped; n++) {
        const id = `${lane}-${n}`;
        assert.equal((await store.set({ id, vector: [n] }, { mode: "insert" })).inserted, 1);
        assert.equal((await store.get(id))?.id, id);
      }
    });
    const outcomes = Promise.allSettled(lanes);
    await owner.close();
    await joined[0].close();
    await joined[1].close();
    stopped = true;
    const [first, second, third] = await outcomes;
    for (const lane of [first, second]) {
      assert.ok(lane.status === "rejected");
      assert.equal(lane.reason.code, "CLOSED");
    }
    assert.equal(third.status, "fulfilled");
    assert.equal(await ownerPid(), process.pid);
    assert.ok((await stores[2].count()) > 0);
  });

  it("is closed by who watches it without waiting for changes, joined or having taken over", async () => {
    const owner = await starts();
    const [joined, next] = [await opens(), await opens()];
    await joined.createStore("s", { dimension: 1 });
    const { next: since } = await joined.execute({ kind: "changes", store: "s" });
    const watch = (engine: EmbeddedEngine) =>
      rejects(engine.execute({ kind: "changes", store: "s", since, waitMs: 30_000 }), "CLOSED");
    const watches = [watch(joined), watch(next)];
    await joined.close({ timeoutMs: 60_000 });
    await watches[0];
    await owner.kill();
    assert.equal(await next.store("s").count(), 0);
    assert.equal(await ownerPid(), process.pid);
    await next.close({ timeoutMs: 60_000 });
    await watches[1];
  });

  it("is taken over under a call that lasts longer than a look after the owner", async () => {
    const owner = await starts();
    const joined = await opens();
    await joined.createStore("s", { dimension: 1 });
    const { next: since } = await joined.execute({ kind: "changes", store: "s" });
    const asked = joined.execute({ kind: "changes", store: "s", since, waitMs: 1_000 });
    await owner.close();
    assert.deepEqual(await asked, { changes: [], next: since });
    assert.equal(await ownerPid(), process.pid);
  });

  it("is refused to who has other limits, and to who would have it alone", async () => {
    const owner = await starts({ limits: { limit: 7 } });
    const error = await rejects(
      opens({ limits: { limit: 8 } }),
      "INVALID_ARGUMENT",
      /limits\.limit/,
    );
    assert.equal(error.details.pid, owner.pid);
    assert.match(error.message, /expected 7, .* got 8$/);
    const locked = await rejects(open({ path, threads: 0 }), "LOCKED", /shares it/);
    assert.equal(locked.details.pid, owner.pid);
    await opens({ limits: { limit: 7 } });
  });

  it("is not joined where its owner has it alone", async () => {
    const owner = await starts({ shared: false });
    const locked = await rejects(
      opens(),
      "LOCKED",
      /without `shared`, so that nobody can join it$/,
    );
    assert.equal(locked.details.pid, owner.pid);
    await owner.kill();
    await opens();
  });

  it("is a folder, and no Persistence of another's", async () => {
    await rejects(open({ shared: true }), "INVALID_ARGUMENT", /^path: expected a folder/);
    const options = { provide: [provide(Persistence, new MemoryPersistence())] };
    await rejects(opens(options), "INVALID_ARGUMENT", /no Persistence/);
    await rejects(opens({ shared: 1 as never }), "INVALID_ARGUMENT", /^shared: expected true or/);
  });

  it("is shared under a path too long for a socket", async () => {
    path = folder.at("a".repeat(100), "b".repeat(100));
    const owner = await starts();
    const joined = await opens();
    await joined.createStore("s", { dimension: 1 });
    await owner.kill();
    assert.deepEqual(
      (await joined.listStores()).map(({ name }) => name),
      ["s"],
    );
  });

  it("does not keep the process alive that owns it, or has joined", async () => {
    const child = new SharingProcess();
    processes.push(child);
    await child.open({ path, shared: true });
    const joined = await starts();
    await joined.ask({ kind: "createStore", store: "s", dimension: 1 });
    child.disconnect();
    await child.exited();
    assert.equal((await joined.ask({ kind: "listStores" })).length, 1);
    joined.disconnect();
    await joined.exited();
  });

  it("waits for an owner that stands still, and is taken from it when its socket is removed", async () => {
    const owner = await starts();
    await owner.ask({ kind: "createStore", store: "s", dimension: 1 });
    const joined = await opens();
    owner.signal("SIGSTOP");
    await rejects(joined.store("s").count({ timeoutMs: 300 }), "TIMEOUT");
    const set = { kind: "set", store: "s" } as const;
    const late = owner.ask({ ...set, entries: [{ id: "late", vector: [1] }] });
    const waiting = joined.store("s").count();
    for (const name of readdirSync(path).filter((each) => each.endsWith(".sock"))) {
      rmSync(`${path}/${name}`);
    }
    assert.equal(await waiting, 0);
    assert.equal(await ownerPid(), process.pid);
    await joined.store("s").set({ id: "here", vector: [1] });
    owner.signal("SIGCONT");
    // It finds its epoch gone, joins, and its write goes to the new owner.
    assert.equal((await late).inserted, 1);
    assert.deepEqual(
      (await owner.ask({ kind: "clients" })).map(({ name }) => name),
      [`process ${owner.pid}`],
    );
    assert.equal(await joined.store("s").count(), 2);
  });
});
