import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { CheckpointRules } from "../../lib/engine/checkpoint-rules.js";
import { type EmbeddedEngine, open, type Store } from "../../lib/index.js";
import { Clock, Logger, provide } from "../../lib/ports.js";
import { naiveDistance } from "../support/naive-search.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { until } from "../support/until.js";

const eager: CheckpointRules = {
  leastBytes: 0,
  lookMs: 1,
  quietMs: 0,
  pauseMs: 0,
  closeMs: 60_000,
};
/** Nothing in the background. */
const atClose: CheckpointRules = { ...eager, lookMs: 2 ** 30 };
const never: CheckpointRules = { ...atClose, leastBytes: Number.MAX_SAFE_INTEGER };
const used = "vectors were read from a checkpoint";
const day = 24 * 60 * 60 * 1_000;

describe("checkpoints of vectors", () => {
  let folder: TemporaryFolder;
  let logged: string[];
  let now: number;

  beforeEach(() => {
    folder = new TemporaryFolder();
    logged = [];
    now = Date.now();
  });

  afterEach(() => folder.remove());

  function openAt(
    path: string,
    { rules = atClose, readOnly = false }: { rules?: CheckpointRules; readOnly?: boolean } = {},
  ): Promise<EmbeddedEngine> {
    const note = (_: object, sentence: string) => void logged.push(sentence);
    return open(path, {
      ...{ threads: 0, readOnly },
      provide: [
        provide(CheckpointRules, rules),
        provide(Logger, { info: note, warn: note, error: note }),
        provide(Clock, { now: () => now }),
      ],
    });
  }

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
  async function made(name: string, count = 200): Promise<Model> {
    await using engine = await openAt(at(name));
    const store = await engine.createStore("s", { dimension: 3, metric: "euclidean" });
    await store.set(entries(count));
    return new Map(entries(count).map(({ id, vector }) => [id, vector]));
  }

  /** What a search finds, and what is in memory, is the model. */
  async function check(engine: EmbeddedEngine, model: Model, name = "s"): Promise<void> {
    const store = engine.store(name);
    const target = [3, 1, 4];
    const matches = await store.search(target, { limit: 10_000, recall: 1 });
    const expected = [...model].map(([id, vector]) => {
      const there = Float32Array.from(vector);
      return { id, distance: naiveDistance("euclidean", Float32Array.from(target), there) };
    });
    expected.sort((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1));
    assert.deepEqual(
      matches.map(({ id }) => id),
      expected.map(({ id }) => id),
    );
    assert.deepEqual((await engine.verify()).problems, []);
  }

  it("are written at a clean close, and read at the first search", async () => {
    const model = await made("a");
    assert.deepEqual(filesIn("a"), ["vectors-1.checkpoint"]);
    await using engine = await openAt(at("a"));
    await check(engine, model);
    assert.deepEqual(logged, [used]);
  });

  it("are not written again where hardly anything has changed", async () => {
    const model = await made("a");
    const before = readFileSync(file("a"));
    {
      await using engine = await openAt(at("a"));
      await engine.store("s").set(entry(7, 70));
      model.set("7", entry(7, 70).vector);
      await check(engine, model);
    }
    assert.deepEqual(readFileSync(file("a")), before);
    await using engine = await openAt(at("a"));
    await check(engine, model);
    assert.deepEqual(logged, [used, used]);
  });

  it("are written in the background, so that a kill costs nothing", async () => {
    await using engine = await openAt(at("a"), { rules: eager });
    const store = await engine.createStore("s", { dimension: 3, metric: "euclidean" });
    await store.set(entries(100));
    await until(() => filesIn("a").includes("vectors-1.checkpoint"));
    cpSync(at("a"), at("killed"), { recursive: true, filter: isKept });
    writeFileSync(`${file("killed")}.partial`, "begun");
    await using again = await openAt(at("killed"));
    assert.deepEqual(filesIn("killed"), ["vectors-1.checkpoint"]);
    await check(again, new Map(entries(100).map(({ id, vector }) => [id, vector])));
    assert.ok(logged.includes(used));
  });

  it("are brought up to date with what came after them", async () => {
    const model = await made("a");
    {
      await using engine = await openAt(at("a"), { rules: never });
      const store = engine.store("s");
      await store.set([entry(3, 33), entry(500), entry(501)]);
      await store.delete(["4", "501"]);
      await store.update("5", { vector: [5, 5, 5] });
      await store.update("6", { metadata: { seen: true } });
      await store.set({ ...entry(8, 88), ttlMs: 1 });
      now += 10;
      await store.set({ ...entry(8, 89) });
      for (const i of [3, 500]) model.set(`${i}`, entry(i, i === 3 ? 33 : i).vector);
      model.delete("4");
      model.set("5", [5, 5, 5]).set("8", entry(8, 89).vector);
    }
    await using engine = await openAt(at("a"));
    await check(engine, model);
    assert.deepEqual(logged, [used]);
  });

  it("are followed by writes that come while they are read", async () => {
    const model = await made("a", 2_000);
    for (let delay = 0; delay < 6; delay++) {
      await using engine = await openAt(at("a"), { rules: never });
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
      await check(engine, model);
    }
    assert.deepEqual(new Set(logged), new Set([used]));
  });

  it("are of no use where the log does not tell any more who has died, and then taken away", async () => {
    const model = await made("a");
    {
      await using engine = await openAt(at("a"), { rules: never });
      await engine.store("s").delete(["1", "2"]);
      now += 2 * day;
      await engine.store("s").set(entry(900));
      await engine.store("s").set(entry(901));
      model.set("900", entry(900).vector).set("901", entry(901).vector);
      model.delete("1");
      model.delete("2");
    }
    await using engine = await openAt(at("a"), { rules: never });
    await check(engine, model);
    assert.deepEqual(logged, ["a checkpoint of vectors is of no use"]);
    await until(() => filesIn("a").length === 0);
  });

  it("do not need the log where nothing has died", async () => {
    const model = await made("a");
    {
      await using engine = await openAt(at("a"), { rules: never });
      now += 2 * day;
      for (const i of [900, 901]) {
        await engine.store("s").set(entry(i));
        model.set(`${i}`, entry(i).vector);
      }
    }
    await using engine = await openAt(at("a"), { rules: never });
    await check(engine, model);
    assert.deepEqual(logged, [used]);
  });

  it("of a later state are taken away when the folder is opened", async () => {
    await made("a");
    cpSync(at("a"), at("old"), { recursive: true });
    {
      await using engine = await openAt(at("a"));
      await engine.store("s").set(entries(100, 1_000));
      await engine.store("s").search([0, 0, 0]);
    }
    cpSync(file("a"), file("old"));
    logged = [];
    {
      await using engine = await openAt(at("old"), { rules: never });
      assert.deepEqual(filesIn("old"), []);
      await engine.store("s").set(entries(100, 5_000));
    }
    await using engine = await openAt(at("old"), { rules: never });
    const both = [...entries(200), ...entries(100, 5_000)];
    await check(engine, new Map(both.map(({ id, vector }) => [id, vector])));
    assert.deepEqual(
      logged.filter((sentence) => sentence === used),
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
      await using engine = await openAt(at(name));
      await engine.store("s").set(Array.from({ length: 50 }, (_, i) => entry(300 + i, value + i)));
      await engine.store("s").search([0, 0, 0]);
    }
    for (let i = 0; i < 50; i++) model.set(`${300 + i}`, entry(0, 5 + i).vector);
    cpSync(file("other"), file("a"));
    logged = [];
    await using engine = await openAt(at("a"), { rules: never });
    await check(engine, model);
    assert.deepEqual(logged, ["a checkpoint of vectors is of no use"]);
  });

  it("are compared with the data when it is verified", async () => {
    await made("a");
    await using engine = await openAt(at("a"));
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
    await using engine = await openAt(at("a"));
    assert.deepEqual(filesIn("a"), []);
    await check(engine, model);
    assert.deepEqual(logged, []);
  });

  it("go with their store, and are not those of the next one of its name", async () => {
    const model = await made("a");
    await using engine = await openAt(at("a"));
    await engine.dropStore("s");
    await until(() => filesIn("a").length === 0);
    const store = await engine.createStore("s", { dimension: 3, metric: "euclidean" });
    await store.set(entry(1, 17));
    model.clear();
    await check(engine, model.set("1", entry(1, 17).vector));
  });

  it("stay with their store when it is renamed, and when the folder is compacted", async () => {
    const model = await made("a");
    {
      await using engine = await openAt(at("a"));
      await engine.renameStore("s", "t");
      await engine.compact();
    }
    await using engine = await openAt(at("a"));
    await check(engine, model, "t");
    assert.deepEqual(logged, [used]);
  });

  it("are no part of a backup, which is restored without", async () => {
    const model = await made("a");
    {
      await using engine = await openAt(at("a"));
      await engine.backup(at("backup"));
    }
    assert.deepEqual(filesIn("backup"), []);
    cpSync(join(at("a"), "indexes"), join(at("backup"), "indexes"), { recursive: true });
    await using engine = await openAt(at("backup"));
    await check(engine, model);
  });

  it("are read, and neither written nor taken away, by who only reads", async () => {
    const model = await made("a");
    {
      await using engine = await openAt(at("a"), { rules: eager, readOnly: true });
      await check(engine, model);
      assert.deepEqual(logged, [used]);
    }
    writeFileSync(file("a"), "damaged");
    await using engine = await openAt(at("a"), { rules: eager, readOnly: true });
    await check(engine, model);
    assert.equal(readFileSync(file("a"), "utf8"), "damaged");
  });

  it("that are damaged cost time only", async () => {
    const model = await made("a", 60);
    const whole = readFileSync(file("a"));
    for (let at = 5; at < whole.length; at += 97) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 0x40;
      writeFileSync(file("a"), flipped);
      await using engine = await openAt(folder.at("a"), { rules: never });
      await check(engine, model);
    }
    assert.ok(logged.includes("a checkpoint of vectors is of no use"));
  });

  it("that cannot be written fail nobody", async () => {
    const model = await made("a");
    rmSync(join(at("a"), "indexes"), { recursive: true });
    writeFileSync(join(at("a"), "indexes"), "no folder");
    {
      await using engine = await openAt(at("a"), { rules: eager });
      await check(engine, model);
      await until(() => logged.includes("a checkpoint of vectors could not be written"));
      await engine.store("s").set(entry(1, 5));
      model.set("1", entry(1, 5).vector);
    }
    await using engine = await openAt(at("a"));
    await check(engine, model);
  });

  it("never change what is found, whatever happens between them and the next open", async () => {
    const operation = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant("set"), ids: idsOf(), value: fc.nat(50) }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("delete"), ids: idsOf() }) },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant("update"), ids: idsOf(), value: fc.nat(50) }),
      },
      {
        arbitrary: fc.record({ do: fc.constant("move"), ids: idsOf(), value: fc.nat(50) }),
        weight: 1,
      },
      { arbitrary: fc.record({ do: fc.constant("search") }), weight: 1 },
      { arbitrary: fc.record({ do: fc.constant("days") }), weight: 1 },
      { arbitrary: fc.record({ do: fc.constant("again") }), weight: 1 },
      { arbitrary: fc.record({ do: fc.constantFrom("reopen", "kill", "roll back") }), weight: 3 },
    );
    let uses = 0;
    const property = fc.asyncProperty(
      fc.array(operation as fc.Arbitrary<Operation>, { minLength: 5, maxLength: 30 }),
      fc.constantFrom(eager, atClose, never),
      async (operations, rules) => {
        const trial = new Trial(
          folder,
          (path) => openAt(path, { rules }),
          () => {
            now += 2 * day;
          },
        );
        logged = [];
        await trial.run(operations, check);
        uses += logged.filter((sentence) => sentence === used).length;
      },
    );
    await fc.assert(property, { numRuns: 60, seed: 20_261_123 });
    assert.ok(uses > 50, `${uses} were used`);
  }).timeout(60_000);
});

type Model = Map<string, number[]>;

interface Operation {
  readonly do: string;
  readonly ids: readonly number[];
  readonly value: number;
}

function idsOf(): fc.Arbitrary<number[]> {
  return fc.uniqueArray(fc.nat(40), { minLength: 1, maxLength: 12 });
}

/** A store that lives through operations, closes, kills and copies of the file put back; and what should be in it. */
class Trial {
  readonly #folder: TemporaryFolder;
  readonly #open: (path: string) => Promise<EmbeddedEngine>;
  readonly #waitForDays: () => void;
  #path: string;
  #model: Model = new Map();
  /** A copy of the data without the checkpoints, and what was in it. */
  #former: { path: string; model: Model } | undefined;

  constructor(
    folder: TemporaryFolder,
    open: (path: string) => Promise<EmbeddedEngine>,
    waitForDays: () => void,
  ) {
    this.#waitForDays = waitForDays;
    this.#folder = folder;
    this.#open = open;
    this.#path = this.#next();
  }

  async run(
    operations: readonly Operation[],
    check: (engine: EmbeddedEngine, model: Model) => Promise<void>,
  ): Promise<void> {
    let engine = await this.#open(this.#path);
    let store: Store = await make(engine);
    try {
      for (const operation of [...operations, { do: "reopen", ids: [], value: 0 }]) {
        if (operation.do === "again") {
          await engine.dropStore("s");
          store = await make(engine);
          this.#model = new Map();
        } else if (["reopen", "kill", "roll back"].includes(operation.do)) {
          await this.#leave(engine, operation.do);
          engine = await this.#open(this.#path);
          store = engine.store("s");
          if (operation.do !== "kill" || this.#model.size % 2 === 0)
            await check(engine, this.#model);
        } else await this.#write(store, operation);
      }
      await check(engine, this.#model);
    } finally {
      await engine.close();
      rmSync(this.#path, { recursive: true, force: true });
      if (this.#former) rmSync(this.#former.path, { recursive: true, force: true });
    }
  }

  async #write(store: Store, { do: what, ids, value = 0 }: Operation): Promise<void> {
    const vector = (id: number) => [id, value, 1];
    if (what === "set") {
      await store.set(ids.map((id) => ({ id: `${id}`, vector: vector(id) })));
      for (const id of ids) this.#model.set(`${id}`, vector(id));
    } else if (what === "delete") {
      await store.delete(ids.map(String));
      for (const id of ids) this.#model.delete(`${id}`);
    } else if (what === "update") {
      await store.update(ids.map(String), { vector: [value, 2, 2] });
      for (const id of ids) {
        if (this.#model.has(`${id}`)) this.#model.set(`${id}`, [value, 2, 2]);
      }
    } else if (what === "move") {
      const content = [value, 7, 7];
      await store.set({ vector: content });
      const [{ id } = { id: "" }] = await store.search(content, { limit: 1 });
      this.#model.set(id, content);
    } else if (what === "search") await store.search([0, 0, 0], { limit: 1 });
    else this.#waitForDays();
  }

  /** Closes it, as it is or as if it had been killed before; or puts an older copy of the data in its place. */
  async #leave(engine: EmbeddedEngine, how: string): Promise<void> {
    const next = this.#next();
    if (how === "kill") cpSync(this.#path, next, { recursive: true, filter: isKept });
    await engine.close();
    if (how === "kill") {
      rmSync(this.#path, { recursive: true });
      this.#path = next;
    } else if (how === "roll back" && this.#former !== undefined) {
      cpSync(join(this.#former.path, "data.mdb"), join(this.#path, "data.mdb"));
      this.#model = new Map(this.#former.model);
    } else {
      if (this.#former) rmSync(this.#former.path, { recursive: true, force: true });
      cpSync(this.#path, next, { recursive: true, filter: isKept });
      this.#former = { path: next, model: new Map(this.#model) };
    }
  }

  #next(): string {
    return this.#folder.at(`trial-${numbered++}`);
  }
}

let numbered = 0;

/** What a process that is no more leaves behind, but its socket. */
function isKept(path: string): boolean {
  return !path.includes("owner-");
}

function make(engine: EmbeddedEngine): Promise<Store> {
  return engine.createStore("s", { dimension: 3, metric: "euclidean" });
}
