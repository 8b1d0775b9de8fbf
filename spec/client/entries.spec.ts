import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { packageVersion } from "../../lib/model/version.js";
import { loadedModules } from "../support/loaded-modules.js";

describe("the entries of client and server", () => {
  for (const entry of ["client", "server"]) {
    it(`${entry} loads no lmdb, WASM, tsyringe or reflect-metadata, nor the engine`, () => {
      const url = new URL(`../../lib/${entry}.js`, import.meta.url).href;
      const loaded = loadedModules(url).filter((module) => module.startsWith("file:"));
      assert.ok(loaded.includes(url));
      const wrong = /node_modules\/(lmdb|tsyringe|reflect-metadata|pino|commander)\/|\.wasm/;
      const folders = /build\/lib\/(engine|kernels|persistence|indexes|composition|sharing|cli)\b/;
      assert.deepEqual(
        loaded.filter((module) => wrong.test(module) || folders.test(module)),
        [],
      );
    });

    it(`${entry} gives its factory and the one error`, async () => {
      const module = await import(`../../lib/${entry}.js`);
      const factory = entry === "client" ? "connect" : "listen";
      assert.equal(typeof module[factory], "function");
      assert.equal(typeof module.AhnlichError, "function");
    });
  }

  it("say the version of the package", () => {
    const path = new URL("../../../package.json", import.meta.url);
    assert.equal(packageVersion, JSON.parse(readFileSync(path, "utf8")).version);
  });
});
