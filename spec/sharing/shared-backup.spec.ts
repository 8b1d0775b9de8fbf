import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { connect } from "../../lib/client.js";
import { AhnlichError, type EmbeddedEngine, open } from "../../lib/index.js";
import { listen } from "../../lib/server.js";
import { rejects } from "../support/rejects.js";
import { SharingProcess } from "../support/sharing-process.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { until } from "../support/until.js";

describe("a process that has joined a folder", function () {
  this.timeout(60_000);
  const folder = new TemporaryFolder();
  const processes: SharingProcess[] = [];
  let owner: SharingProcess;
  let joined: EmbeddedEngine;

  const starts = async (): Promise<SharingProcess> => {
    const started = new SharingProcess();
    processes.push(started);
    await started.open({ path: folder.at("data"), shared: true });
    return started;
  };

  beforeEach(async () => {
    owner = await starts();
    joined = await open({ path: folder.at("data"), shared: true, threads: 0 });
    const films = await joined.createStore("films", { dimension: 2 });
    await films.load(Array.from({ length: 300 }, (_, i) => ({ id: `${i}`, vector: [i, 1] })));
  });

  afterEach(async () => {
    await Promise.all(processes.splice(0).map((each) => each.kill()));
    await joined.close();
    folder.remove();
  });

  const filmsIn = async (path: string): Promise<number> => {
    await using copy = await open(path, { threads: 0 });
    assert.deepEqual((await copy.verify()).problems, []);
    return copy.store("films").count();
  };

  it("backs up what its owner holds, and tells how far it is", async () => {
    const told: number[] = [];
    const onProgress = (done: number): void => void told.push(done);
    const { bytes } = await joined.backup(folder.at("new", "copy"), { onProgress });
    assert.equal(told.at(-1), bytes);
    assert.deepEqual(readdirSync(folder.at("new", "copy")), ["data.mdb"]);
    assert.equal(await filmsIn(folder.at("new", "copy")), 300);
    assert.equal((await owner.ask({ kind: "info" })).entries, 300);
  });

  it("leaves nothing of a backup that is given up, refused, or cannot be told of", async () => {
    mkdirSync(folder.at("taken"));
    writeFileSync(folder.at("taken", "note"), "mine");
    await rejects(joined.backup(folder.at("taken")), "INVALID_ARGUMENT");
    assert.deepEqual(readdirSync(folder.at("taken")), ["note"]);
    const path = folder.at("given up");
    await rejects(joined.backup(path, { signal: AbortSignal.abort() }), "ABORTED");
    owner.signal("SIGSTOP");
    const controller = new AbortController();
    const aborted = joined.backup(path, { signal: controller.signal });
    const late = joined.backup(folder.at("late"), { timeoutMs: 100 });
    await until(() => existsSync(path));
    controller.abort();
    await rejects(aborted, "ABORTED");
    await rejects(late, "TIMEOUT");
    owner.signal("SIGCONT");
    const failing = joined.backup(folder.at("untold"), {
      onProgress: () => {
        throw new Error("no");
      },
    });
    await assert.rejects(failing, { message: /no$/ });
    await joined.close();
    assert.deepEqual(readdirSync(folder.path).sort(), ["data", "taken"]);
    await rejects(joined.backup(path), "CLOSED");
  });

  for (const next of ["itself", "another"] as const) {
    it(`backs up and compacts where the owner dies under it and ${next} is the next`, async () => {
      if (next === "another") await starts();
      owner.signal("SIGSTOP");
      const [backup, compacted] = [joined.backup(folder.at("copy")), joined.compact()];
      await until(() => existsSync(folder.at("copy")));
      await owner.kill();
      assert.ok((await backup).bytes > 0);
      assert.ok((await compacted).bytes >= 0);
      assert.equal(await filmsIn(folder.at("copy")), 300);
      assert.equal(await joined.store("films").count(), 300);
    });
  }

  it("has nobody write to a path who asks it or its owner over a connection", async () => {
    await using here = await listen(joined, { port: 0 });
    await using withFolder = await listen(joined, { port: 0, backups: folder.at("backups") });
    for (const url of [here.url, withFolder.url, await owner.listen()]) {
      await using client = await connect(url);
      const query = { kind: "backup", name: folder.at("stolen") } as const;
      await rejects(client.execute(query), "INVALID_ARGUMENT");
      const [outcome] = await client.pipeline([query]);
      assert.ok(!outcome.ok && outcome.error instanceof AhnlichError);
      assert.equal(outcome.error.code, "INVALID_ARGUMENT");
      const within = { kind: "pipeline", queries: [query] } as const;
      const [nested] = await client.pipeline([within as never]);
      assert.equal(nested.ok, false);
    }
    await rejects(
      joined.execute({ kind: "backup", name: folder.at("stolen") }),
      "INVALID_ARGUMENT",
    );
    await rejects(joined.execute({ kind: "backup", name: "monday" }), "FORBIDDEN");
    await rejects(joined.backup("a\0b"), "INVALID_ARGUMENT");
    await using client = await connect(withFolder.url);
    assert.ok((await client.execute({ kind: "backup", name: "monday" })).bytes > 0);
    assert.equal(await filmsIn(folder.at("backups", "monday")), 300);
    assert.deepEqual(readdirSync(folder.path).sort(), ["backups", "data"]);
  });
});
