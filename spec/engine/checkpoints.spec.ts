import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  checkVectors,
  eager,
  isLeftBehind,
  KeepingEngines,
  never,
  used,
  type VectorModel,
} from "../support/keeping-engines.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { until } from "../support/until.js";

const day = 24 * 60 * 60 * 1_000;

describe("checkpoints of vectors", () => {
  let folder: TemporaryFolder;
  let engines: KeepingEngines;

  beforeEach(() => {
    folder = new TemporaryFolder();
    engines = new KeepingEngines();
  });

  afterEach(() => folder.remove());

  const at = (name: string) => folder.at(name);
  const filesIn = (name: string) => {
    const path = join(at(name), "indexes");
    return existsSync(path) ? readdirSync(path).sort() : [];
  };
  const file = (name: string, incarnation = 1) =>
    join(at(name), "indexes", `vectors-${incarnation}.checkpoint`);
  const entry = (i: number, value = i) => ({ id: `${i}`, vector: [value, 1, -value] });
  const entries = (count: number, from = 0) =>
    Array.from({ length: count }, (_, i) => entry(from + i));

  /** A store of so many entries, closed with a checkpoint. */
  async function made(name: string, count = 200): Promise<VectorModel> {
    await using engine = await engines.open(at(name));
    const store = await engine.createStore("s", { dimension: 3, metric: "euclidean" });
    await store.set(entries(count));
    return new Map(entries(count).map(({ id, vector }) => [id, vector]));
  }

  it("are written at a clean close, and read at the first search", async () => {
    const model = await made("a");
    assert.deepEqual(filesIn("a"), ["vectors-1.checkpoint"]);
    await using engine = await engines.open(at("a"));
    await checkVectors(engine, model);
    assert.deepEqual(engines.logged, [used]);
  });

  it("are not written again where hardly anything has changed", async () => {
    const model = await made("a");
    const before = readFileSync(file("a"));
    {
      await using engine = await engines.open(at("a"));
      await engine.store("s").set(entry(7, 70));
      model.set("7", entry(7, 70).vector);
      await checkVectors(engine, model);
    }
    assert.deepEqual(readFileSync(file("a")), before);
    await using engine = await engines.open(at("a"));
    await checkVectors(engine, model);
    assert.deepEqual(engines.logged, [used, used]);
  });

  it("are written in the background, so that a kill costs nothing", async () => {
    await using engine = await engines.open(at("a"), { rules: eager });
    const store = await engine.createStore("s", { dimension: 3, metric: "euclidean" });
    await store.set(entries(100));
    await until(() => filesIn("a").includes("vectors-1.checkpoint"));
    cpSync(at("a"), at("killed"), { recursive: true, filter: isLeftBehind });
    writeFileSync(`${file("killed")}.partial`, "begun");
    await using again = await engines.open(at("killed"));
    assert.deepEqual(filesIn("killed"), ["vectors-1.checkpoint"]);
    await checkVectors(again, new Map(entries(100).map(({ id, vector }) => [id, vector])));
    assert.ok(engines.logged.includes(used));
  });

  it("wait while a store is written to all the time, though not for ever", async () => {
    const writeAndLook = async (name: string, busyMs: number) => {
      const rules = { ...eager, quietMs: 2 ** 30, busyMs };
      await using engine = await engines.open(at(name), { rules });
      const store = await engine.createStore("s", { dimension: 3, metric: "euclidean" });
      const isThere = () => filesIn(name).includes("vectors-1.checkpoint");
      for (let i = 0; i < 200 && !isThere(); i++) await store.set(entries(100, i));
      return isThere();
    };
    assert.equal(await writeAndLook("waiting", 2 ** 30), false);
    assert.equal(await writeAndLook("over", 10), true);
  });

  it("are brought up to date with what came after them", async () => {
    const model = await made("a");
    {
      await using engine = await engines.open(at("a"), { rules: never });
      const store = engine.store("s");
      await store.set([entry(3, 33), entry(500), entry(501)]);
      await store.delete(["4", "501"]);
      await store.update("5", { vector: [5, 5, 5] });
      await store.update("6", { metadata: { seen: true } });
      await store.set({ ...entry(8, 88), ttlMs: 1 });
      engines.now += 10;
      await store.set({ ...entry(8, 89) });
      for (const i of [3, 500]) model.set(`${i}`, entry(i, i === 3 ? 33 : i).vector);
      model.delete("4");
      model.set("5", [5, 5, 5]).set("8", entry(8, 89).vector);
    }
    await using engine = await engines.open(at("a"));
    await checkVectors(engine, model);
    assert.deepEqual(engines.logged, [used]);
  });

  it("are followed by writes that come while they are read", async () => {
    const model = await made("a", 2_000);
    for (let delay = 0; delay < 6; delay++) {
      await using engine = await engines.open(at("a"), { rules: never });
      const store = engine.store("s");
      const searched = store.search([1, 1, 1], { limit: 3 });
      for (let i = 0; i < delay; i++) await new Promise(setImmediate);
      const value = 10_000 + delay;
      await Promise.all([
        store.set([entry(1, value), entry(3_000 + delay, value)]),
        store.delete(`${100 + delay}`),
      ]);
      model.set("1", entry(1, value).vector).set(`${3_000 + delay}`, entry(0, value).vector);
      model.delete(`${100 + delay}`);
      await searched;
      await checkVectors(engine, model);
    }
    assert.deepEqual(new Set(engines.logged), new Set([used]));
  });

  it("are of no use where the log does not tell any more who has died, and then taken away", async () => {
    const model = await made("a");
    {
      await using engine = await engines.open(at("a"), { rules: never });
      await engine.store("s").delete(["1", "2"]);
      engines.now += 2 * day;
      await engine.store("s").set(entry(900));
      await engine.store("s").set(entry(901));
      model.set("900", entry(900).vector).set("901", entry(901).vector);
      model.delete("1");
      model.delete("2");
    }
    await using engine = await engines.open(at("a"), { rules: never });
    await checkVectors(engine, model);
    assert.deepEqual(engines.logged, ["a checkpoint of vectors is of no use"]);
    await until(() => filesIn("a").length === 0);
  });

  it("do not need the log where nothing has died", async () => {
    const model = await made("a");
    {
      await using engine = await engines.open(at("a"), { rules: never });
      engines.now += 2 * day;
      for (const i of [900, 901]) {
        await engine.store("s").set(entry(i));
        model.set(`${i}`, entry(i).vector);
      }
    }
    await using engine = await engines.open(at("a"), { rules: never });
    await checkVectors(engine, model);
    assert.deepEqual(engines.logged, [used]);
  });

  it("of a later state are taken away when the folder is opened", async () => {
    await made("a");
    cpSync(at("a"), at("old"), { recursive: true });
    {
      await using engine = await engines.open(at("a"));
      await engine.store("s").set(entries(100, 1_000));
      await engine.store("s").searchMany([[0, 0, 0]]);
    }
    cpSync(file("a"), file("old"));
    engines.logged = [];
    {
      await using engine = await engines.open(at("old"), { rules: never });
      assert.deepEqual(filesIn("old"), []);
      await engine.store("s").set(entries(100, 5_000));
    }
    await using engine = await engines.open(at("old"), { rules: never });
    const both = [...entries(200), ...entries(100, 5_000)];
    await checkVectors(engine, new Map(both.map(({ id, vector }) => [id, vector])));
    assert.deepEqual(
      engines.logged.filter((sentence) => sentence === used),
      [],
    );
  });

  it("of a folder that has gone another way since are of no use", async () => {
    const model = await made("a");
    cpSync(at("a"), at("other"), { recursive: true });
    for (const [name, value] of [
      ["a", 5],
      ["other", 6],
    ] as const) {
      await using engine = await engines.open(at(name));
      await engine.store("s").set(Array.from({ length: 50 }, (_, i) => entry(300 + i, value + i)));
      await engine.store("s").searchMany([[0, 0, 0]]);
    }
    for (let i = 0; i < 50; i++) model.set(`${300 + i}`, entry(0, 5 + i).vector);
    cpSync(file("other"), file("a"));
    engines.logged = [];
    await using engine = await engines.open(at("a"), { rules: never });
    await checkVectors(engine, model);
    assert.deepEqual(engines.logged, ["a checkpoint of vectors is of no use"]);
  });

  it("are compared with the data when it is verified", async () => {
    await made("a");
    await using engine = await engines.open(at("a"));
    assert.deepEqual((await engine.verify()).problems, []);
    const whole = readFileSync(file("a"));
    const flip = (position: number) => {
      const flipped = Buffer.from(whole);
      flipped[position] = (flipped[position] ?? 0) ^ 1;
      writeFileSync(file("a"), flipped);
    };
    flip(whole.length - 1);
    assert.match((await engine.verify()).problems.join(), /store s, .*a checkpoint is damaged/);
    flip(20);
    assert.match((await engine.verify()).problems.join(), /store s, .*it cannot be read/);
    writeFileSync(file("a"), whole);
    assert.deepEqual((await engine.verify()).problems, []);
  });

  it("of another folder, or under another store's name, are taken away", async () => {
    const model = await made("a");
    await made("b");
    cpSync(file("b"), file("a"));
    cpSync(file("b"), file("a", 2));
    writeFileSync(join(at("a"), "indexes", "notes.checkpoint"), "not ours");
    await using engine = await engines.open(at("a"));
    assert.deepEqual(filesIn("a"), []);
    await checkVectors(engine, model);
    assert.deepEqual(engines.logged, []);
  });

  it("go with their store, and are not those of the next one of its name", async () => {
    const model = await made("a");
    await using engine = await engines.open(at("a"));
    await engine.dropStore("s");
    await until(() => filesIn("a").length === 0);
    const store = await engine.createStore("s", { dimension: 3, metric: "euclidean" });
    await store.set(entry(1, 17));
    model.clear();
    await checkVectors(engine, model.set("1", entry(1, 17).vector));
  });

  it("stay with their store when it is renamed, and when the folder is compacted", async () => {
    const model = await made("a");
    {
      await using engine = await engines.open(at("a"));
      await engine.renameStore("s", "t");
      await engine.compact();
    }
    await using engine = await engines.open(at("a"));
    await checkVectors(engine, model, "t");
    assert.deepEqual(engines.logged, [used]);
  });

  it("are no part of a backup, which is restored without", async () => {
    const model = await made("a");
    {
      await using engine = await engines.open(at("a"));
      await engine.backup(at("backup"));
    }
    assert.deepEqual(filesIn("backup"), []);
    cpSync(join(at("a"), "indexes"), join(at("backup"), "indexes"), { recursive: true });
    await using engine = await engines.open(at("backup"));
    await checkVectors(engine, model);
  });

  it("are read, and neither written nor taken away, by who only reads", async () => {
    const model = await made("a");
    {
      await using engine = await engines.open(at("a"), { rules: eager, readOnly: true });
      await checkVectors(engine, model);
      assert.deepEqual(engines.logged, [used]);
    }
    writeFileSync(file("a"), "damaged");
    await using engine = await engines.open(at("a"), { rules: eager, readOnly: true });
    await checkVectors(engine, model);
    assert.equal(readFileSync(file("a"), "utf8"), "damaged");
  });

  it("that are damaged cost time only", async () => {
    const model = await made("a", 60);
    const whole = readFileSync(file("a"));
    for (let at = 5; at < whole.length; at += 97) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 0x40;
      writeFileSync(file("a"), flipped);
      await using engine = await engines.open(folder.at("a"), { rules: never });
      await checkVectors(engine, model);
    }
    assert.ok(engines.logged.includes("a checkpoint of vectors is of no use"));
  });

  it("that cannot be written fail nobody", async () => {
    const model = await made("a");
    rmSync(join(at("a"), "indexes"), { recursive: true });
    writeFileSync(join(at("a"), "indexes"), "no folder");
    {
      await using engine = await engines.open(at("a"), { rules: eager });
      await checkVectors(engine, model);
      await until(() => engines.logged.includes("a checkpoint of vectors could not be written"));
      await engine.store("s").set(entry(1, 5));
      model.set("1", entry(1, 5).vector);
    }
    await using engine = await engines.open(at("a"));
    await checkVectors(engine, model);
  });
});
