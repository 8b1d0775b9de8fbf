import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import type { AhnlichError } from "../../lib/model/errors.js";
import { query, type WriteQuery } from "../../lib/model/query.js";
import { duringSuite, type Reach } from "../support/reach.js";
import { errorOf, rejects } from "../support/rejects.js";

export function transactionContract(reach: Reach): void {
  describe("transaction", () => {
    const suite = duringSuite(reach);
    let [from, to]: Store[] = [];
    beforeEach(async () => {
      [from, to] = [
        await suite.newStore({ dimension: 1 }),
        await suite.newStore({ dimension: 2, metric: "euclidean" }),
      ];
      await from.set(["a", "b", "c"].map((id, n) => ({ id, vector: [n], metadata: { n } })));
    });
    const set = (store: Store, id: string, vector: number[], metadata = {}) =>
      query.set({ store: store.name, entries: [{ id, vector, metadata }] });
    const refused = async (writes: readonly unknown[], code: string, index: number) => {
      const before = [await from.find(), await to.find()];
      const error = (await errorOf(suite.engine.transaction(writes as never))) as AhnlichError;
      assert.equal(error?.code, code, error?.message);
      assert.equal(error.details.index, index);
      assert.deepEqual([await from.find(), await to.find()], before);
      return error;
    };

    it("applies all of its writes, and gives their answers in order", async () => {
      const [moved, deleted, updated] = await suite.engine.transaction([
        set(to, "a", [1, 1], { n: 0 }),
        { kind: "delete", store: from.name, target: "a" },
        query.update({ store: from.name, target: { all: true }, patch: { metadata: { x: 1 } } }),
      ]);
      assert.deepEqual([moved.inserted, moved.updated], [1, 0]);
      assert.deepEqual([deleted, updated], [1, 2]);
      assert.equal((await to.get("a"))?.version, moved.version);
      const { entries } = await from.find();
      assert.deepEqual(
        entries.map(({ id, metadata }) => ({ id, metadata })),
        [
          { id: "b", metadata: { n: 1, x: 1 } },
          { id: "c", metadata: { n: 2, x: 1 } },
        ],
      );
      const matches = await to.search([1, 1]);
      assert.deepEqual(
        matches.map(({ id }) => id),
        ["a"],
      );
    });

    it("gives each write a version of its own, in their order", async () => {
      const [one, two] = await suite.engine.transaction([set(from, "x", [1]), set(from, "y", [2])]);
      assert.ok(one.version < two.version);
      const [x, y] = await from.get(["x", "y"]);
      assert.deepEqual([x?.version, y?.version], [one.version, two.version]);
      const { version } = await from.set({ id: "z", vector: [1] });
      assert.ok(version > two.version);
    });

    it("lets each write see those before it, by id, by predicate and all", async () => {
      const store = from.name;
      const patch = { metadata: { n: 9 } };
      const answers = await suite.engine.transaction([
        set(from, "d", [4], { n: 2 }),
        query.update({ store, target: { where: { n: 2 } }, patch }),
        query.delete({ store, target: { where: { n: 9 } } }),
        query.update({ store, target: ["c", "a"], patch: { vector: [7] } }),
        set(from, "e", [5], { n: 1 }),
        query.delete({ store, target: "b" }),
        query.update({ store, target: { where: { n: 1 } }, patch: { remove: ["n"] } }),
        query.delete({ store, target: { all: true } }),
        query.delete({ store, target: { all: true } }),
        set(from, "f", [6]),
      ]);
      const counts = answers.filter((answer) => typeof answer === "number");
      assert.deepEqual(counts, [2, 2, 1, 1, 1, 2, 0]);
      const { entries } = await from.find();
      assert.deepEqual(
        entries.map(({ id }) => id),
        ["f"],
      );
      assert.equal(await from.count(), 1);
      assert.equal((await from.search([6])).length, 1);
    });

    it("leaves nothing where one write is refused, and says which", async () => {
      const name = from.name;
      const first = set(from, "new", [1]);
      const cases: [WriteQuery, string][] = [
        [set(from, "x", [1, 2]), "DIMENSION_MISMATCH"],
        [query.set({ store: name, entries: [{ id: "a", vector: [1] }], mode: "insert" }), EXISTS],
        [query.set({ store: name, entries: [{ id: "new", vector: [1] }], mode: "insert" }), EXISTS],
        [
          query.set({ store: name, entries: [{ id: "n", vector: [1] }], mode: "replace" }),
          "ENTRY_NOT_FOUND",
        ],
        [
          query.set({ store: name, entries: [{ id: "a", vector: [1], ifVersion: 0 }] }),
          "VERSION_CONFLICT",
        ],
        [query.update({ store: name, target: "a", patch: {}, ifVersion: 0 }), "VERSION_CONFLICT"],
        [query.delete({ store: name, target: "new", ifVersion: 1 }), "VERSION_CONFLICT"],
        [query.delete({ store: suite.newName(), target: "a" }), "STORE_NOT_FOUND"],
      ];
      for (const [write, code] of cases) {
        const error = await refused([first, set(to, "new", [1, 1]), write], code, 2);
        assert.match(error.message, /^writes\[2\]: /);
      }
    });

    it("is guarded by a version, also of what must not be there", async () => {
      const version = Number((await from.get("a"))?.version);
      const guarded = (ifVersion: number) => [
        query.update({
          ...{ store: from.name, target: "a", ifVersion },
          patch: { metadata: { n: 100 } },
        }),
        query.delete({ store: from.name, target: "never", ifVersion: 0 }),
        set(to, "log", [1, 1]),
      ];
      await refused(guarded(version + 1), "VERSION_CONFLICT", 0);
      assert.deepEqual(await suite.engine.transaction(guarded(version)).then(numbers), [1, 0]);
      const error = await refused(guarded(version), "VERSION_CONFLICT", 0);
      assert.equal(error.details.id, "a");
      assert.equal(error.details.expected, version);
      assert.equal(error.details.got, (await from.get("a"))?.version);
    });

    it("refuses at once what is no write, or is of another namespace", async () => {
      const count = { kind: "count", store: from.name };
      const inner = { kind: "transaction", writes: [] as unknown[] };
      inner.writes.push(inner);
      const ping = { kind: "ping" };
      const wrong = [count, ping, inner, null, "ping", [], {}, { kind: 5 }, { kind: "upsert" }];
      const bad = [set(from, "x", [Number.NaN]), { kind: "set", store: from.name }];
      const far = query.delete({ store: `elsewhere/${from.name}`, target: "a" });
      for (const write of [...wrong, ...bad, far]) {
        await refused([set(from, "x", [1]), write], "INVALID_ARGUMENT", 1);
      }
      for (const writes of [undefined, null, {}, "set", 5]) {
        await rejects(suite.engine.transaction(writes as never), "INVALID_ARGUMENT");
      }
    });

    it("takes stores of one namespace with a name", async () => {
      const space = suite.newName();
      for (const name of ["one", "two"]) {
        await suite.engine.createStore(`${space}/${name}`, { dimension: 1 });
      }
      const entries = [{ id: "a", vector: [1] }];
      const both = ["one", "two"].map((name) => query.set({ store: `${space}/${name}`, entries }));
      assert.equal((await suite.engine.transaction(both)).length, 2);
      const mixed = [...both, query.set({ store: from.name, entries })];
      await refused(mixed, "INVALID_ARGUMENT", 2);
    });

    it("is told by the changes of each store, and one that is refused is not", async () => {
      const begins = await Promise.all(
        [from, to].map(({ name }) => suite.engine.execute(query.changes({ store: name }))),
      );
      const writes = [
        set(from, "d", [1]),
        query.delete({ store: from.name, target: ["a", "d"] }),
        set(to, "a", [1, 1]),
        query.update({ store: from.name, target: "b", patch: { metadata: { x: 1 } } }),
      ] as const;
      await refused([...writes, set(to, "b", [1])], "DIMENSION_MISMATCH", 4);
      const [, , { version }] = await suite.engine.transaction(writes);
      const told = await Promise.all(
        [from, to].map(async ({ name }, n) => {
          const since = begins[n].next;
          const { changes } = await suite.engine.execute(query.changes({ store: name, since }));
          return changes.map((change) => [change.kind, change.id, change.version]);
        }),
      );
      assert.deepEqual(told, [
        [
          ["delete", "a", version - 1],
          ["delete", "d", version - 1],
          ["set", "b", version + 1],
        ],
        [["set", "a", version]],
      ]);
      const { problems } = await suite.engine.execute(query.verify({}));
      assert.deepEqual(problems, []);
    });

    it("is seen in every store or in none", async () => {
      const stores = [from, to];
      let writing = true;
      const read = async () => {
        const marks: number[] = [];
        for (const store of stores) {
          const { entries } = await store.find({ where: { mark: { $exists: true } } });
          const of = new Set(entries.map(({ metadata }) => metadata.mark));
          assert.ok(of.size <= 1 && [0, 2].includes(entries.length), "half a transaction");
          marks.push(Number([...of][0] ?? 0));
        }
        assert.ok(marks[0] <= marks[1], "what came later is older");
        return marks;
      };
      const reader = (async () => {
        while (writing) await read();
      })();
      try {
        for (let mark = 1; mark <= 10; mark++) {
          const two = (store: Store, vector: number[]) =>
            ["x", "y"].map((id) => set(store, id, vector, { mark }));
          await suite.engine.transaction([...two(to, [1, 1]), ...two(from, [1])]);
        }
      } finally {
        writing = false;
        await reader;
      }
      assert.deepEqual(await read(), [10, 10]);
    });

    it("answers no writes with no answers", async () => {
      assert.deepEqual(await suite.engine.transaction([]), []);
      const nothing = [query.set({ store: from.name, entries: [] })];
      assert.deepEqual(await suite.engine.transaction(nothing), [
        { inserted: 0, updated: 0, version: 0 },
      ]);
    });

    it("runs within a pipeline, in its place", async () => {
      const store = from.name;
      const outcomes = await suite.engine.pipeline([
        query.transaction({ writes: [set(from, "d", [1]), set(from, "e", [1])] }),
        query.count({ store }),
        query.transaction({ writes: [set(from, "f", [1]), set(from, "g", [1, 2])] }),
        query.count({ store }),
      ]);
      assert.deepEqual(
        outcomes.map((outcome) => outcome.ok),
        [true, true, false, true],
      );
      assert.deepEqual(outcomes[1], outcomes[3]);
      assert.deepEqual(outcomes[1], { ok: true, response: 5 });
    });

    it("moves an amount between two entries without ever losing or doubling it", async () => {
      const store = from.name;
      await from.set(["x", "y"].map((id) => ({ id, vector: [0], metadata: { amount: 50 } })));
      const pay = async (amount: number): Promise<boolean> => {
        const [x, y] = await from.get(["x", "y"]);
        const to = (entry: typeof x, change: number) =>
          query.update({
            ...{ store, target: String(entry?.id), ifVersion: entry?.version },
            patch: { metadata: { amount: Number(entry?.metadata.amount) + change } },
          });
        const error = await errorOf(suite.engine.transaction([to(x, -amount), to(y, amount)]));
        if (error) assert.equal((error as AhnlichError).code, "VERSION_CONFLICT");
        return error === undefined;
      };
      const sums: number[] = [];
      const watch = async () => {
        const { entries } = await from.find({ where: { amount: { $exists: true } } });
        sums.push(entries.reduce((sum, { metadata }) => sum + Number(metadata.amount), 0));
      };
      let paid = 0;
      for (let round = 0; round < 10; round++) {
        const payments = [1, 2, 3].map((amount) => pay(amount));
        const settled = await Promise.all([...payments, watch().then(() => false)]);
        settled.forEach((done, n) => {
          if (done) paid += n + 1;
        });
      }
      const [x, y] = await from.get(["x", "y"]);
      assert.deepEqual([x?.metadata.amount, y?.metadata.amount], [50 - paid, 50 + paid]);
      assert.ok(paid >= 10, "in every round one payment gets through");
      assert.ok(sums.every((sum) => sum === 100));
    });
  });
}

const EXISTS = "ENTRY_EXISTS";

function numbers(answers: readonly unknown[]): unknown[] {
  return answers.filter((answer) => typeof answer === "number");
}
