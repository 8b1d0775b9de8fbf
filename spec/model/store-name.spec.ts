import assert from "node:assert/strict";
import { checkNamespace, checkStoreName, namespaceOf } from "../../lib/model/store-name.js";
import { refuses } from "../support/refuses.js";

describe("store names", () => {
  it("are one name, or a namespace and a name", () => {
    const longest = "x".repeat(128);
    for (const name of ["films", "a/b", "A-Z_0.9", `${longest}/${longest}`]) {
      assert.equal(checkStoreName(name), name);
    }
    assert.equal(namespaceOf("a/b"), "a");
    assert.equal(namespaceOf("films"), "");
  });

  it("are refused when empty, too long, too deep or of other characters", () => {
    const long = "x".repeat(129);
    for (const name of [
      "",
      "/",
      "a/",
      "/b",
      "a/b/c",
      "ä",
      "a b",
      "a\n",
      long,
      `a/${long}`,
      1,
      null,
    ]) {
      refuses(() => checkStoreName(name), "INVALID_ARGUMENT", /^store: expected "name"/);
    }
  });

  it("hold for namespaces without the slash", () => {
    assert.equal(checkNamespace("a.b"), "a.b");
    for (const name of ["", "a/b", "x".repeat(129), undefined]) {
      refuses(() => checkNamespace(name), "INVALID_ARGUMENT", /^namespace: expected/);
    }
  });
});
