import assert from "node:assert/strict";
import type { Outcome } from "../../lib/model/answers.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { type Query, type QueryKind, queryKinds, writeKinds } from "../../lib/model/query.js";
import { type Right, rightNames } from "../../lib/model/right.js";
import { permit } from "../../lib/server/permit.js";
import type { User } from "../../lib/server/user.js";
import { makeUser } from "../support/users.js";

/** Where a query wants its right: in the namespace "films", in that of stores without one, in any, or in all. */
type Where = "films" | "" | "any" | "all";

/** Of every kind, in words of this spec: what it wants and where, and a query that asks for it. */
const wants: { readonly [K in QueryKind]: readonly [Right, Where, object][] } = {
  ping: [["read", "any", {}]],
  info: [["read", "any", {}]],
  clients: [["read", "any", {}]],
  shutdown: [["admin", "all", {}]],
  createStore: inBoth("admin", { dimension: 2 }),
  alterStore: inBoth("admin", {}),
  createIndex: inBoth("admin", { field: "f" }),
  dropIndex: inBoth("admin", { field: "f" }),
  renameStore: [
    ["admin", "films", { store: "films/a", to: "films/b" }],
    ["admin", "", { store: "a", to: "b" }],
  ],
  dropStore: inBoth("admin", {}),
  dropNamespace: [["admin", "films", { namespace: "films" }]],
  listStores: [
    ["read", "any", {}],
    ["read", "films", { namespace: "films" }],
  ],
  storeInfo: inBoth("read", {}),
  set: inBoth("write", { entries: [] }),
  update: inBoth("write", { target: [], patch: {} }),
  get: inBoth("read", { keys: [] }),
  find: inBoth("read", {}),
  count: inBoth("read", {}),
  delete: inBoth("write", { target: [] }),
  facets: inBoth("read", { field: "f" }),
  search: inBoth("read", { target: [1] }),
  searchMany: inBoth("read", { targets: [] }),
  changes: inBoth("read", {}),
  measureRecall: inBoth("read", {}),
  explain: [
    ["read", "films", { query: { kind: "count", store: "films/a" } }],
    ["read", "", { query: { kind: "find", store: "a" } }],
  ],
  pipeline: [["read", "any", { queries: [] }]],
  transaction: [
    ["write", "films", { writes: [{ kind: "set", store: "films/a", entries: [] }] }],
    ["write", "", { writes: [{ kind: "delete", store: "a", target: [] }] }],
    ["write", "any", { writes: [] }],
  ],
  verify: [["admin", "all", {}]],
  backup: [["admin", "all", { name: "monday" }]],
  compact: [["admin", "all", {}]],
};

const places = ["films", "music", "", "*"];
/** Everyone who holds at most one right, in one place. */
const users = ([undefined, ...rightNames] as const).flatMap((right) =>
  places.map((place) => ({
    right,
    place,
    user: makeUser("ada", { rights: right === undefined ? {} : { [place]: right } }),
  })),
);

describe("permit", () => {
  for (const kind of queryKinds) {
    it(`lets ask ${kind} who holds its right in its place, and nobody else`, () => {
      for (const { right, place, user } of users) {
        for (const [wanted, where, fields] of wants[kind]) {
          const query = { ...fields, kind } as Query;
          const expected = isEnough(right, place, wanted, where);
          const said = `${right} in "${place}" for ${JSON.stringify(query)}`;
          assert.equal(isPermitted(user, query), expected, said);
        }
      }
    });

    if (kind === "pipeline") continue;
    it(`judges ${kind} in a pipeline as outside, and by itself`, async () => {
      for (const { right, place, user } of users) {
        if (right === undefined) continue; // to whom no pipeline is open
        for (const [wanted, where, fields] of wants[kind]) {
          const asked = { ...fields, kind } as Query;
          const query = { kind: "pipeline", queries: [{ kind: "ping" }, asked] } as const;
          const permitted = permit(user, query, noStores);
          const { queries } = permitted.query as Query<"pipeline">;
          const isLetPass = isEnough(right, place, wanted, where);
          assert.deepEqual(queries, [{ kind: "ping" }, isLetPass ? asked : { kind: "ping" }]);
          const outcomes = await permitted.show([done(null), done([])]);
          const [ping, second] = outcomes as Outcome<unknown>[];
          assert.deepEqual(ping, done(null));
          if (isLetPass) assert.ok(second.ok);
          else assert.ok(!second.ok && (second.error as AhnlichError).code === "FORBIDDEN");
        }
      }
    });
  }

  it("refuses a transaction whole where one of its writes wants a right that is missing", () => {
    const user = makeUser("ada", { rights: { films: "write", music: "read" } });
    for (const kind of writeKinds) {
      const write = (store: string) => ({ kind, store, entries: [], target: [], patch: {} });
      const asked = (...stores: string[]) =>
        ({ kind: "transaction", writes: stores.map(write) }) as unknown as Query;
      assert.equal(isPermitted(user, asked("films/a", "films/b")), true);
      assert.equal(isPermitted(user, asked("films/a", "music/b")), false);
      assert.equal(isPermitted(user, asked("music/a")), false);
    }
  });

  it("asks for the right of whatever stands in a transaction", () => {
    const user = makeUser("ada", { rights: { films: "write" } });
    const drop = { kind: "transaction", writes: [{ kind: "dropStore", store: "films/a" }] };
    assert.equal(isPermitted(user, drop as unknown as Query), false);
  });

  it("wants the right on both sides of a renaming", () => {
    const user = makeUser("ada", { rights: { films: "admin" } });
    const away = { kind: "renameStore", store: "films/a", to: "music/a" } as const;
    const here = { kind: "renameStore", store: "music/a", to: "films/a" } as const;
    assert.equal(isPermitted(user, away), false);
    assert.equal(isPermitted(user, here), false);
  });

  it("judges nothing whose store has no name", () => {
    const user = makeUser("ada", { rights: { "*": "admin" } });
    for (const store of [undefined, 7, {}, "", "films/", "a/b/c", ["films/a"]]) {
      const query = { kind: "count", store } as unknown as Query;
      assert.throws(() => permit(user, query, noStores), { code: "INVALID_ARGUMENT" });
    }
  });

  it("leaves what is no query to the engine, which refuses it", () => {
    const user = makeUser("ada", { rights: { films: "read" } });
    for (const query of [{ kind: "dance" }, { kind: "pipeline", queries: 7 }]) {
      const given = query as unknown as Query;
      assert.equal(permit(user, given, noStores).query, given);
    }
  });
});

function inBoth(right: Right, fields: object): readonly [Right, Where, object][] {
  return [
    [right, "films", { store: "films/a", ...fields }],
    [right, "", { store: "a", ...fields }],
  ];
}

/** The rule in the plainest words: enough of a right, at the place or everywhere. */
function isEnough(held: Right | undefined, place: string, wanted: Right, where: Where): boolean {
  const ranks = { none: 0, read: 1, write: 2, admin: 3 };
  if (ranks[held ?? "none"] < ranks[wanted]) return false;
  if (place === "*" || where === "any") return true;
  return where !== "all" && place === where;
}

function isPermitted(user: User, query: Query): boolean {
  try {
    permit(user, query, noStores);
    return true;
  } catch (error) {
    assert.ok(error instanceof AhnlichError && error.code === "FORBIDDEN", String(error));
    return false;
  }
}

function done(response: unknown): Outcome<unknown> {
  return { ok: true, response };
}

async function noStores(): Promise<never[]> {
  return [];
}
