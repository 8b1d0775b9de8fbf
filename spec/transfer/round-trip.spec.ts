import assert from "node:assert/strict";
import fc from "fast-check";
import type { Engine } from "../../lib/handles/engine.js";
import type { EntryInput } from "../../lib/model/entry.js";
import { type Metric, metrics } from "../../lib/model/metric.js";
import { exportStore, importStore } from "../../lib/transfer.js";
import { metadata as fewNames } from "../model/arbitrary-metadata.js";
import { numbers } from "../support/arbitrary-values.js";
import { duringSuite } from "../support/reach.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { reaches } from "./reaches.js";

for (const reach of reaches) {
  describe(`a store exported and imported, ${reach.name}`, function () {
    this.timeout(120_000);
    const suite = duringSuite(reach);
    const folder = new TemporaryFolder();
    after(() => folder.remove());

    for (const format of ["jsonl", "npy"] as const) {
      it(`is the same to the bit, as ${format}`, async () => {
        const roundTrip = fc.asyncProperty(stores, async ({ dimension, metric, entries }) => {
          const from = suite.newName();
          const store = await suite.engine.createStore(from, { dimension, metric });
          await store.set(entries);
          const file = folder.at(`as-${format}.${format}`);
          const report = await exportStore(suite.engine, from, file, { overwrite: true });
          assert.equal(report.entries, await store.count());
          const to = suite.newName();
          const imported = await importStore(suite.engine, to, file);
          assert.equal(imported.inserted, report.entries);
          assert.deepEqual(await contentOf(suite.engine, to), await contentOf(suite.engine, from));
        });
        await fc.assert(roundTrip, { numRuns: 40 });
      });
    }
  });
}

/** Dimension and metric, and every entry but for its version. */
async function contentOf(engine: Engine, name: string): Promise<unknown> {
  const { dimension, metric } = await engine.store(name).info();
  const entries: unknown[] = [];
  for await (const { version: _, vector, ...entry } of engine.store(name)) {
    entries.push({
      ...entry,
      vector: Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength),
    });
  }
  return { dimension, metric, entries };
}

interface StoreContent {
  dimension: number;
  metric: Metric;
  entries: EntryInput[];
}

const element = fc.oneof(
  fc.float({ min: Math.fround(-1e17), max: Math.fround(1e17), noNaN: true }),
  fc.constantFrom(0, -0, Math.fround(0.1), 1e-45, 1e17),
);

const text = fc.string({ unit: "binary", maxLength: 20 });
const fieldName = text.filter((name) => name !== "" && !name.startsWith("$"));
const wide = fc.dictionary(
  fieldName,
  fc.oneof(
    numbers().filter(Number.isFinite),
    text,
    fc.date({ noInvalidDate: true }),
    fc.uint8Array({ maxLength: 20 }),
    fc.array(fc.date({ noInvalidDate: true }), { maxLength: 2 }),
  ),
  { maxKeys: 4, noNullPrototype: true },
);

const stores: fc.Arbitrary<StoreContent> = fc.integer({ min: 1, max: 5 }).chain((dimension) =>
  fc.record({
    dimension: fc.constant(dimension),
    metric: fc.constantFrom(...metrics),
    entries: fc.array(
      fc.record(
        {
          id: fc.string({ unit: "binary", minLength: 1, maxLength: 20 }),
          vector: fc.array(element, { minLength: dimension, maxLength: dimension }),
          metadata: fc.oneof(fewNames, wide),
        },
        { requiredKeys: ["vector"] },
      ),
      { maxLength: 12 },
    ),
  }),
);
