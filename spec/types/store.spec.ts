import assert from "node:assert/strict";
import { expectTypeOf } from "expect-type";
import type { Engine } from "../../lib/handles/engine.js";
import type { Store } from "../../lib/handles/store.js";
import type { Facet, Outcome, Plan, RecallReport, SetResponse } from "../../lib/model/answers.js";
import type { Entry, EntryInput, Match } from "../../lib/model/entry.js";
import type { Metadata } from "../../lib/model/metadata.js";
import {
  type Kinds,
  type Query,
  type QueryKind,
  query,
  queryKinds,
  type ResponseTo,
  type WriteQuery,
} from "../../lib/model/query.js";

interface Film {
  title: string;
  year?: number;
  cast: string[];
}
type Films = Store<Film>;

/** Only the compiler reads the calls in it: there is no engine to make them on. */
function compiles<T>(calls: (engine: Engine, films: Films, other?: T) => unknown): void {
  assert.equal(typeof calls, "function");
}

describe("the type of a store", () => {
  it("is that of its metadata, which must be something that can be kept", () => {
    compiles((engine) => {
      expectTypeOf(engine.store("a")).toEqualTypeOf<Store<Metadata>>();
      expectTypeOf(engine.store<Film>("a")).toEqualTypeOf<Films>();
      expectTypeOf(engine.createStore<Film>("a", { dimension: 3 })).resolves.toEqualTypeOf<Films>();
      engine.store<Readonly<Film>>("a");
      engine.store<{ a?: { b: string[] }[] }>("a");
      // @ts-expect-error a function
      engine.store<{ a: () => void }>("a");
      // @ts-expect-error a BigInt
      engine.store<{ a: bigint }>("a");
      // @ts-expect-error a Map
      engine.store<{ a: Map<string, number> }>("a");
      // @ts-expect-error a symbol, further down
      engine.store<{ a: { b: symbol } }>("a");
      // @ts-expect-error a store has a dimension
      void engine.createStore("a", { metric: "dot" });
    });
    // Stores of unknown shapes are held together as stores of whatever JSON.parse returns.
    expectTypeOf<Films>().toExtend<Store<ReturnType<typeof JSON.parse>>>();
  });

  it("asks for metadata where the shape has required fields", () => {
    expectTypeOf<{ vector: number[] }>().toExtend<EntryInput>();
    expectTypeOf<{ vector: number[] }>().toExtend<EntryInput<{ year?: number }>>();
    expectTypeOf<{ vector: number[] }>().not.toExtend<EntryInput<Film>>();
    const entry: EntryInput<Film> = { vector: [1], metadata: { title: "Vertigo", cast: [] } };
    assert.deepEqual(Object.keys(entry), ["vector", "metadata"]);
  });

  it("gives matches and entries what is included, and maybe where nobody knows", () => {
    compiles(async (_, films) => {
      expectTypeOf(films.search([1])).resolves.toEqualTypeOf<Match<Film>[]>();
      expectTypeOf(films.get("a")).resolves.toEqualTypeOf<Entry<Film> | undefined>();
      expectTypeOf(films.get(["a", [1]])).resolves.toEqualTypeOf<(Entry<Film> | undefined)[]>();
      const flag = Math.random() < 0.5;
      const [match] = await films.search([1], { include: { vector: flag, metadata: false } });
      expectTypeOf(match.vector).toEqualTypeOf<Float32Array | undefined>();
      // @ts-expect-error the metadata were declined
      match.metadata;
      const near = { near: ["a", [1]], awayFrom: ["b"] };
      const [whole] = await films.search(near, { include: { vector: true } });
      expectTypeOf(whole.vector).toEqualTypeOf<Float32Array>();
      for await (const entry of films.entries({ include: { vector: false } })) {
        expectTypeOf(entry.metadata).toEqualTypeOf<Film>();
        // @ts-expect-error the vector was declined
        entry.vector;
      }
    });
    expectTypeOf<Match<Film>>().toEqualTypeOf<{
      readonly id: string;
      readonly distance: number;
      readonly metadata: Film;
    }>();
    expectTypeOf<Entry<Film, { metadata: false; vector: false }>>().toEqualTypeOf<{
      readonly id: string;
      readonly version: number;
      readonly expiresAt?: number;
    }>();
  });

  it("takes no list of numbers for keys and no predicate for options", () => {
    compiles((_, films) => {
      void films.get([new Float32Array(1), "a", [1, 2]]);
      void films.delete("a");
      void films.delete(["a", [1, 2]]);
      void films.delete({ where: { year: 3 } });
      void films.delete({ all: true });
      void films.count({ where: { year: { $gt: 3 } } });
      // @ts-expect-error a vector is one key, in a list
      void films.get([1, 2]);
      // @ts-expect-error every entry is meant by { all: true } only
      void films.delete({ where: undefined });
      // @ts-expect-error there is only true
      void films.delete({ all: false });
      // @ts-expect-error the predicate stands below where
      void films.count({ year: 3 });
      // @ts-expect-error a field that films do not have
      void films.find({ where: { yaer: 3 } });
    });
  });

  it("knows the fields whose values are counted", () => {
    compiles((_, films) => {
      const counted = films.facets("year", { where: { year: { $gt: 1990 } }, limit: 3 });
      expectTypeOf(counted).resolves.toEqualTypeOf<Facet[]>();
      // @ts-expect-error a field that films do not have
      void films.facets("yaer");
    });
  });

  it("takes for a patch parts of the metadata and names of its fields", () => {
    compiles((_, films) => {
      const patch = { metadata: { year: 4 }, remove: ["cast"], vector: [1], ttlMs: null } as const;
      expectTypeOf(films.update({ where: { year: 3 } }, patch)).resolves.toEqualTypeOf<number>();
      void films.update(["a", [1, 2]], { metadata: { year: 4 } }, { ifVersion: 3 });
      void films.update({ all: true }, {}, { metadata: "replace" });
      void films.delete("a", { ifVersion: undefined });
      // @ts-expect-error a field of another type
      void films.update("a", { metadata: { year: "4" } });
      // @ts-expect-error a field that films do not have
      void films.update("a", { metadata: { yaer: 4 } });
      // @ts-expect-error a name that films do not have
      void films.update("a", { remove: ["yaer"] });
      // @ts-expect-error every entry is meant by { all: true } only
      void films.update({ where: undefined }, {});
      // @ts-expect-error a version is that of entries that are named
      void films.update({ where: { year: 3 }, ifVersion: 3 }, {});
      // @ts-expect-error a vector is one key, in a list
      void films.update([1, 2], {});
    });
    compiles((_engine, _films, nested?: Store<{ a: { b?: string } }>) => {
      void nested?.update("x", { remove: ["a.b"] });
    });
  });

  it("knows the fields that a measured recall may ask for, and what can be explained", () => {
    compiles((engine, films) => {
      const measured = films.measureRecall({ samples: 5, where: { year: { $gt: 1990 } } });
      expectTypeOf(measured).resolves.toEqualTypeOf<RecallReport>();
      // @ts-expect-error a field that films do not have
      void films.measureRecall({ where: { yaer: 3 } });
      const explained = engine.explain(query.search({ store: "a", target: [1] }));
      expectTypeOf(explained).resolves.toEqualTypeOf<Plan>();
      // @ts-expect-error a write
      void engine.explain(query.delete({ store: "a", target: "b" }));
    });
    expectTypeOf<ResponseTo<Query<"explain">>>().toEqualTypeOf<Plan>();
  });

  it("lets options be passed on though they may be undefined", () => {
    const search = (films: Films, limit?: number, signal?: AbortSignal) =>
      films.search([1], { limit, signal, where: undefined, include: undefined });
    assert.equal(search.name, "search");
  });
});

describe("the type of a response", () => {
  it("follows from the query, alone and in a pipeline", () => {
    compiles((engine) => {
      const get = engine.execute({ kind: "get", store: "a", keys: ["a", [1, 2]] });
      expectTypeOf(get).resolves.toEqualTypeOf<(Entry | undefined)[]>();
      const piped = engine.pipeline([
        query.count({ store: "a" }),
        query.search({ store: "a", target: [1], where: { b: { $gt: 1 } } }),
        { kind: "ping" },
        query.set({ store: "a", entries: [{ vector: [1] }] }),
      ]);
      type Answers = [Outcome<number>, Outcome<Match[]>, Outcome<null>, Outcome<SetResponse>];
      expectTypeOf(piped).resolves.toEqualTypeOf<Answers>();
      const list: Query[] = [];
      void engine.pipeline(list);
      // @ts-expect-error there is no such kind
      void engine.execute({ kind: "truncate", store: "a" });
      // @ts-expect-error the field is of another type
      void engine.execute({ kind: "count", store: 3 });
    });
    expectTypeOf(query.count({ store: "a" })).toEqualTypeOf<Query<"count">>();
    expectTypeOf<ResponseTo<Query<"dropStore">>>().toEqualTypeOf<boolean>();
  });

  it("follows from the writes of a transaction, which are nothing else", () => {
    compiles((engine) => {
      const done = engine.transaction([
        query.set({ store: "a", entries: [{ vector: [1] }] }),
        { kind: "delete", store: "b", target: ["x"] },
        query.update({ store: "a", target: "x", patch: { remove: ["y"] }, ifVersion: 3 }),
      ]);
      expectTypeOf(done).resolves.toEqualTypeOf<[SetResponse, number, number]>();
      const list: WriteQuery[] = [];
      expectTypeOf(engine.transaction(list)).resolves.toEqualTypeOf<(number | SetResponse)[]>();
      // @ts-expect-error a read
      void engine.transaction([query.count({ store: "x" })]);
      // @ts-expect-error a transaction in a transaction
      void engine.transaction([query.transaction({ writes: [] })]);
    });
  });

  it("allows a table with one handler a kind", async () => {
    type Handlers = { [K in QueryKind]: (asked: Query<K>) => Kinds[K]["answer"] | undefined };
    const asked: QueryKind[] = [];
    const note = ({ kind }: { readonly kind: QueryKind }): undefined => {
      asked.push(kind);
    };
    const table = Object.fromEntries(queryKinds.map((kind) => [kind, note]));
    const handlers = table as unknown as Handlers;
    const run = <K extends QueryKind>(one: Query<K>) => handlers[one.kind as K](one);
    run(query.ping({}));
    run(query.count({ store: "a" }));
    assert.deepEqual(asked, ["ping", "count"]);
  });
});
