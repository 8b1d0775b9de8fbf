import assert from "node:assert/strict";
import { checkQuery } from "../../lib/model/check-query.js";
import { type ErrorCode, errorCodes } from "../../lib/model/errors.js";
import { makeLimits } from "../../lib/model/limits.js";
import { queryKinds, writeKinds } from "../../lib/model/query.js";
import { refuses } from "../support/refuses.js";
import { check, least, refusesQuery } from "./queries.js";

describe("checkQuery of a transaction", () => {
  const set = { kind: "set", store: "n/s", entries: [{ vector: [1] }] };
  const drop = (target: unknown) => ({ kind: "delete", store: "n/t", target });
  const refusesAt = (
    index: number,
    writes: unknown[],
    sentence: RegExp,
    code: ErrorCode = "INVALID_ARGUMENT",
  ) => {
    assert.ok(Object.hasOwn(errorCodes, code));
    const error = refusesQuery({ kind: "transaction", writes }, sentence, code);
    assert.equal(error.details.index, index);
  };

  it("checks each write as if it were alone", () => {
    const { writes } = check({ kind: "transaction", writes: [set, drop("a")] });
    assert.deepEqual(writes, [checkQuery(set, makeLimits()), checkQuery(drop("a"), makeLimits())]);
  });

  it("refuses every kind that writes no entries, before it looks at anything else of it", () => {
    for (const kind of queryKinds) {
      if (writeKinds.some((write) => write === kind)) continue;
      refusesAt(1, [set, least[kind]], /^writes\[1\]: query\.kind: expected one of set, update/);
      refusesAt(0, [{ kind, nonsense: 1 }], /^writes\[0\]: query\.kind: expected/);
    }
  });

  it("refuses what is no query, holes too", () => {
    for (const write of [null, undefined, "set", [set], 5]) {
      refusesAt(1, [set, write], /^writes\[1\]: query: expected an object with a kind/);
    }
    refusesAt(0, new Array(2), /^writes\[0\]: query: expected/);
    refusesQuery({ kind: "transaction" }, /^writes: expected an array, got undefined/);
  });

  it("refuses two namespaces, a store without one being of another", () => {
    const sentence = /^writes\[1\]: a transaction is over stores of one namespace, got n\/s and /;
    for (const store of ["m/s", "s", "n"]) refusesAt(1, [set, { ...set, store }], sentence);
    refusesAt(2, [set, set, { ...set, store: "a/b/c" }], /^writes\[2\]: store: expected/);
  });

  it("bounds its writes, and their entries and keys together", () => {
    const limits = makeLimits({ queriesPerPipeline: 3, entriesPerWrite: 4 });
    const asks = (writes: unknown[]) => () => checkQuery({ kind: "transaction", writes }, limits);
    asks([set, drop(["a", "b", "c"])])();
    asks([set, drop({ all: true }), drop("a")])();
    refuses(asks([set, set, set, set]), "LIMIT_EXCEEDED", /^writes: 4 is above .*queriesPerP/);
    const error = refuses(
      asks([set, drop("a"), drop(["a", "b", "c"])]),
      "LIMIT_EXCEEDED",
      /^writes\[2\]: entries and keys of one transaction: 5 is above the limit of 4/,
    );
    assert.deepEqual(error.details, { limit: "entriesPerWrite", bound: 4, got: 5, index: 2 });
  });

  it("bounds how often it reads stores from end to end", () => {
    const scans = (count: number) => Array.from({ length: count }, () => drop({ all: true }));
    assert.equal(check({ kind: "transaction", writes: [...scans(100), set] }).writes.length, 101);
    refusesAt(100, scans(101), /at most 100 writes by \{ where \} or/, "LIMIT_EXCEEDED");
  });
});
