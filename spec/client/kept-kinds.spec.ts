import assert from "node:assert/strict";
import { isRead, makeCall } from "../../lib/client/pending-call.js";
import { RandomWorkload } from "../support/random-workload.js";

describe("a call with an idempotency key", () => {
  it("may be repeated by the client, whichever write it is", () => {
    const workload = new RandomWorkload(1);
    for (const query of workload.examples()) {
      assert.equal(isRead(query), false);
      assert.equal(makeCall(query, "key").repeatable, true, query.kind);
      assert.equal(makeCall(query).repeatable, false, query.kind);
    }
  });

  it("may be repeated without a key too where it comes to the same", () => {
    assert.equal(isRead({ kind: "compact" }), false);
    assert.equal(makeCall({ kind: "compact" }).repeatable, true);
    const queries = [{ kind: "compact" }, { kind: "info" }] as const;
    assert.equal(makeCall({ kind: "pipeline", queries }).repeatable, true);
    assert.equal(makeCall({ kind: "backup", name: "monday" }, "key").repeatable, false);
  });

  it("may not where its answer is not kept", () => {
    assert.equal(makeCall({ kind: "shutdown" }, "key").repeatable, false);
    const queries = [{ kind: "shutdown" }] as const;
    assert.equal(makeCall({ kind: "pipeline", queries }, "key").repeatable, false);
    assert.equal(makeCall({ kind: "pipeline", queries: [] }, "key").repeatable, true);
  });
});
