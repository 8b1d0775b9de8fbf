import assert from "node:assert/strict";
import { defaultLimits, type OpenOptions, open } from "../lib/index.js";
import { checkOpenOptions } from "../lib/open-options.js";
import { Clock, provide } from "../lib/ports.js";
import { randomEntries, randomNumbers } from "./support/random.js";
import { refuses } from "./support/refuses.js";
import { rejects } from "./support/rejects.js";
import { TemporaryFolder } from "./support/temporary-folder.js";

describe("the options of open", () => {
  const wrong: [options: unknown, sentence: RegExp][] = [
    [null, /^open: expected an object, got null$/],
    [[], /^open: expected an object, got an array$/],
    [
      { thread: 1 },
      /^open: unknown field "thread"; there are path, shared, threads, limits, readOnly, keepQueries, provide$/,
    ],
    [{ threads: -1 }, /^threads: expected an integer from 0 to 256, got -1$/],
    [{ threads: 257 }, /^threads: expected an integer from 0 to 256, got 257$/],
    [{ threads: 1.5 }, /^threads: expected an integer from 0 to 256, got 1.5$/],
    [{ threads: "2" }, /^threads: expected an integer from 0 to 256, got the string "2"$/],
    [{ threads: Symbol("2") }, /^threads: expected an integer from 0 to 256, got a symbol$/],
    [{ path: "" }, /^path: expected the name of a folder, got the string ""$/],
    [{ path: "a\0b" }, /^path: expected the name of a folder, got the string /],
    [{ path: 7 }, /^path: expected the name of a folder, got 7$/],
    [{ keepQueries: 1 }, /^keepQueries: expected a boolean, got 1$/],
    [{ limits: 7 }, /^limits: expected an object, got 7$/],
    [{ limits: { entrys: 7 } }, /^limits.entrys is not a limit$/],
    [{ provide: {} }, /^provide: expected an array, got an object$/],
    [{ provide: [undefined] }, /^provide\[0\]: expected what provide\(\) makes, got undefined$/],
    [{ provide: [null] }, /^provide\[0\]: expected what provide\(\) makes, got null$/],
    [{ provide: ["Clock"] }, /^provide\[0\]: expected what provide\(\) makes, got the string/],
    [{ provide: [{ create: () => 1 }] }, /^provide\[0\]: expected what provide\(\) makes/],
    [{ provide: [{ port: Clock }] }, /^provide\[0\]: expected what provide\(\) makes/],
  ];
  it("are refused where they are none, in a sentence that says what was expected", async () => {
    for (const [options, sentence] of wrong) {
      refuses(() => checkOpenOptions(options), "INVALID_ARGUMENT", sentence);
      await rejects(open(options as OpenOptions), "INVALID_ARGUMENT");
    }
  });

  it("may be left out, or be undefined", () => {
    const all = { path: undefined, threads: undefined, limits: undefined, provide: undefined };
    for (const options of [{}, all, { unknown: undefined }]) {
      const { threads, ...rest } = checkOpenOptions(options);
      assert.ok(threads >= 1 && threads <= 256);
      assert.deepEqual(rest, {
        path: undefined,
        shared: undefined,
        limits: defaultLimits,
        readOnly: false,
        keepQueries: true,
        provide: [],
      });
    }
  });

  it("take threads from 0 to 256, single limits, and what provide makes", () => {
    const clock = { now: () => 0 };
    const options = { threads: 256, limits: { limit: 7 }, provide: [provide(Clock, clock)] };
    const checked = checkOpenOptions(options);
    assert.equal(checked.threads, 256);
    assert.deepEqual(checked.limits, { ...defaultLimits, limit: 7 });
    assert.equal(checked.provide[0].create(), clock);
    assert.equal(checkOpenOptions({ threads: 0 }).threads, 0);
  });

  it("with no threads leave an engine that does everything, in memory and in a folder", async () => {
    using folder = new TemporaryFolder();
    const entries = randomEntries(randomNumbers(4), 3_000, 16);
    for (const path of [undefined, folder.path]) {
      await using engine = await open({ path, threads: 0 });
      assert.equal((await engine.info()).threads, 0);
      const store = await engine.createStore("s", { dimension: 16 });
      assert.equal((await store.set(entries)).inserted, 3_000);
      const targets = entries.slice(0, 50).map(({ vector }) => vector);
      const found = await store.searchMany(targets, { limit: 2, metric: "euclidean" });
      assert.deepEqual(
        found.map(([nearest]) => nearest.id),
        entries.slice(0, 50).map(({ id }) => id),
      );
      const where = { number: { $gte: 1_000 } };
      assert.equal(await store.count({ where }), 2_000);
      const within = await store.search(targets[0], { where, limit: 5 });
      assert.equal(within.length, 5);
      assert.equal(await store.delete({ where }), 2_000);
      assert.equal((await store.find({ limit: 5_000 })).entries.length, 1_000);
      assert.equal(await engine.dropStore("s"), true);
    }
  });
});
