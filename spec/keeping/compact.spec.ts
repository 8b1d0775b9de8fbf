import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { readdirSync, readlinkSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type EmbeddedEngine, open } from "../../lib/index.js";
import { Logger, Persistence, type Provider, provide } from "../../lib/ports.js";
import { openFolder } from "../support/open-folder.js";
import { rejects } from "../support/rejects.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { until } from "../support/until.js";

describe("compacting a folder", function () {
  this.timeout(120_000);
  const folder = new TemporaryFolder();
  afterEach(() => folder.remove());
  const size = () => statSync(folder.at("data", "data.mdb")).size;

  for (const threads of [0, 1]) {
    it(`gives back what was deleted, with ${threads} threads, while it is read and written`, async () => {
      await using engine = await filled(folder.at("data"), threads);
      const films = engine.store("films");
      await films.delete([...Array(4_500).keys()].map((i) => `${i}`));
      const before = size();
      let isOver = false;
      let written = 0;
      const writing = (async () => {
        while (!isOver) {
          await films.set({ id: `w${written}`, vector: [written, 1] });
          written++;
          assert.equal((await films.get(["4999"]))[0]?.id, "4999");
        }
      })();
      const { bytes } = await engine.compact();
      isOver = true;
      await writing;
      assert.ok(bytes > before / 2, `${bytes} of ${before}`);
      assert.ok(size() < before / 2);
      assert.equal(await films.count(), 500 + written);
      assert.deepEqual((await engine.verify()).problems, []);
      assert.deepEqual((await engine.compact()).bytes < before / 10, true);
      await engine.close();
      await using again = await open(folder.at("data"), { threads: 0 });
      assert.equal(await again.store("films").count(), 500 + written);
      assert.deepEqual((await again.verify()).problems, []);
    });
  }

  if (process.platform === "linux") {
    it("lets go of the file from before, and leaves no file of its own", async () => {
      await using engine = await filled(folder.at("data"), 1);
      await engine.compact();
      const held = () =>
        readdirSync("/proc/self/fd").filter((descriptor) => {
          try {
            return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(`${folder.at("data")}/`);
          } catch {
            return false;
          }
        }).length;
      await until(() => held() <= 3);
      const names = readdirSync(folder.at("data")).filter((name) => !name.endsWith(".sock"));
      assert.ok(!names.some((name) => name.includes("compact")), names.join());
    });
  }

  for (const threads of [0, 1]) {
    it(`is done by itself where much was deleted, with ${threads} threads`, async () => {
      const log = new EventEmitter();
      const says = (_: object, sentence: string) => void log.emit(sentence);
      const logger = provide(Logger, { info: says, warn: says, error: says });
      await using engine = await filled(folder.at("data"), threads, logger);
      const films = engine.store("films");
      const ids = [...Array(5_000).keys()].map((i) => `${i}`);
      const text = "x".repeat(4_000);
      await films.load(ids.map((id, i) => ({ id, vector: [i, 1], metadata: { text } })));
      const before = size();
      const compacted = once(log, "the file was compacted");
      await films.delete(ids.slice(100));
      await compacted;
      assert.ok(size() < before / 3, `${size()} of ${before}`);
      assert.equal(await films.count(), 100);
      assert.deepEqual((await engine.verify()).problems, []);
    });
  }

  it("is not done by itself where nothing would be won", async () => {
    const persistence = await openFolder(folder.at("data"));
    await using engine = await open({ provide: [provide(Persistence, () => persistence)] });
    const films = await engine.createStore("films", { dimension: 2 });
    const text = "x".repeat(1_000);
    const ids = [...Array(10_000).keys()].map((i) => `${i}`);
    await films.load(ids.map((id, i) => ({ id, vector: [i, 1], metadata: { text } })));
    assert.equal(await persistence.slack(), undefined);
    await films.delete(ids.slice(100));
    assert.ok(((await persistence.slack())?.needed ?? Infinity) < size() / 2);
    const copy = persistence.copyTo(folder.at("copy"));
    assert.equal(await persistence.slack(), undefined, "a backup is made");
    await copy;
    const running = engine.compact();
    assert.equal(await persistence.slack(), undefined, "it is compacted");
    await running;
    assert.equal(await persistence.slack(), undefined, "it was compacted");
  });

  it("shares one run among those who ask at once, and ends with the engine", async () => {
    const engine = await filled(folder.at("data"), 1);
    const runs = await Promise.all([engine.compact(), engine.compact()]);
    assert.deepEqual(runs[0], runs[1]);
    const running = engine.compact().catch((error) => error);
    await engine.close();
    const outcome = await running;
    assert.ok(outcome.code === "CLOSED" || outcome.bytes >= 0, String(outcome));
    await rejects(engine.compact(), "CLOSED");
    await using again = await open(folder.at("data"), { threads: 0 });
    assert.equal(await again.store("films").count(), 5_000);
  });

  it("loses nothing where it is killed at any moment", async () => {
    const child = fileURLToPath(new URL("../support/compacting-child.js", import.meta.url));
    let least = 0;
    for (let kill = 0; kill < 4; kill++) {
      const running = spawn(process.execPath, [child, folder.at("data"), `${least}`]);
      let said = "";
      running.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
      await until(() => said.split("\n").length > 30);
      await new Promise((resolve) => setTimeout(resolve, kill * 23));
      running.kill("SIGKILL");
      await once(running, "close");
      least = Number(said.trimEnd().split("\n").at(-1));
      await using engine = await open(folder.at("data"), { threads: 0 });
      const [entry] = await engine.store("numbers").get(["last"]);
      const last = Number(entry?.metadata.n);
      assert.ok(
        last === least || last === least + 1,
        `${last} is there, ${least} was acknowledged`,
      );
      assert.deepEqual((await engine.verify()).problems, []);
      least = last;
    }
  });
});

async function filled(
  path: string,
  threads: number,
  ...ports: Provider[]
): Promise<EmbeddedEngine> {
  const engine = await open(path, { threads, provide: ports });
  const films = await engine.createStore("films", { dimension: 2 });
  const title = "a film of some length ".repeat(20);
  await films.load(
    Array.from({ length: 5_000 }, (_, i) => ({ id: `${i}`, vector: [i, 1], metadata: { title } })),
  );
  await films.search([1, 1], { limit: 1 });
  return engine;
}
