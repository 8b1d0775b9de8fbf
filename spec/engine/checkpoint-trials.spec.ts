import assert from "node:assert/strict";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { EmbeddedEngine, Store } from "../../lib/index.js";
import {
  atClose,
  checkVectors,
  eager,
  isLeftBehind,
  KeepingEngines,
  never,
  used,
  type VectorModel,
} from "../support/keeping-engines.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

const day = 24 * 60 * 60 * 1_000;

describe("vectors that are kept in checkpoints", () => {
  it("are found as they are, whatever happens between a checkpoint and the next open", async () => {
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
    using folder = new TemporaryFolder();
    const engines = new KeepingEngines();
    let uses = 0;
    const property = fc.asyncProperty(
      fc.array(operation as fc.Arbitrary<Operation>, { minLength: 5, maxLength: 30 }),
      fc.constantFrom(eager, atClose, never),
      async (operations, rules) => {
        const trial = new Trial(
          folder,
          (path) => engines.open(path, { rules }),
          () => {
            engines.now += 2 * day;
          },
        );
        engines.logged = [];
        await trial.run(operations);
        uses += engines.logged.filter((sentence) => sentence === used).length;
      },
    );
    await fc.assert(property, { numRuns: 60, seed: 20_261_123 });
    assert.ok(uses > 50, `${uses} were used`);
  }).timeout(60_000);
});

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
  #model: VectorModel = new Map();
  /** A copy of the data without the checkpoints, and what was in it. */
  #former: { path: string; model: VectorModel } | undefined;

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

  async run(operations: readonly Operation[]): Promise<void> {
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
            await checkVectors(engine, this.#model);
        } else await this.#write(store, operation);
      }
      await checkVectors(engine, this.#model);
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
    if (how === "kill") cpSync(this.#path, next, { recursive: true, filter: isLeftBehind });
    await engine.close();
    if (how === "kill") {
      rmSync(this.#path, { recursive: true });
      this.#path = next;
    } else if (how === "roll back" && this.#former !== undefined) {
      cpSync(join(this.#former.path, "data.mdb"), join(this.#path, "data.mdb"));
      this.#model = new Map(this.#former.model);
    } else {
      if (this.#former) rmSync(this.#former.path, { recursive: true, force: true });
      cpSync(this.#path, next, { recursive: true, filter: isLeftBehind });
      this.#former = { path: next, model: new Map(this.#model) };
    }
  }

  #next(): string {
    return this.#folder.at(`trial-${numbered++}`);
  }
}

let numbered = 0;

function make(engine: EmbeddedEngine): Promise<Store> {
  return engine.createStore("s", { dimension: 3, metric: "euclidean" });
}
