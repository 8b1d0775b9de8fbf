import assert from "node:assert/strict";
import fc from "fast-check";
import { type Address, parseTarget, parseUrl, printUrl } from "../../lib/transport/address.js";

describe("address", () => {
  it("reads hosts with and without a port", () => {
    assert.deepStrictEqual(parseUrl("ahnlich://db.example:7000"), {
      host: "db.example",
      port: 7000,
    });
    assert.deepStrictEqual(parseUrl("ahnlich://localhost"), { host: "localhost", port: 1369 });
    assert.deepStrictEqual(parseUrl("ahnlich://[::1]:9/"), { host: "::1", port: 9 });
  });

  it("reads paths", () => {
    assert.deepStrictEqual(parseUrl("ahnlich+unix:///run/a@b%20c.sock"), {
      path: "/run/a@b c.sock",
    });
  });

  it("prints what it reads", () => {
    const addresses: fc.Arbitrary<Address> = fc.oneof(
      fc.record(
        {
          host: fc.constantFrom("127.0.0.1", "::1", "a-b.example"),
          port: fc.integer({ min: 1, max: 65_535 }),
        },
        { noNullPrototype: true },
      ),
      fc
        .string({ unit: "grapheme", minLength: 1 })
        .filter((name) => !name.includes("\0"))
        .map((name) => ({ path: `/${name}` })),
    );
    fc.assert(
      fc.property(addresses, (address) =>
        assert.deepStrictEqual(parseUrl(printUrl(address)), address),
      ),
    );
  });

  it("refuses everything else", () => {
    const wrong = ["", "localhost", "http://a", "ahnlich://", "ahnlich://a:0", "ahnlich://a:65536"];
    wrong.push("ahnlich://a/b", "ahnlich+unix://", "ahnlich+unix:///", "ahnlich+unix:///%zz");
    wrong.push("ahnlich+unix:///a%00b", "ahnlich://a b", "ahnlich+unix://relative.sock");
    for (const text of wrong) {
      assert.throws(() => parseUrl(text), { code: "INVALID_ARGUMENT" }, text);
    }
  });

  it("reads who connects, alone or with a password", () => {
    const url = "ahnlich://ada%40home:p%3a%2Fq@db:7000";
    const address = { host: "db", port: 7_000 };
    assert.deepStrictEqual(parseTarget(url), { address, user: "ada@home", password: "p:/q" });
    assert.deepStrictEqual(parseTarget("ahnlich+unix://ada@/run/a@b"), {
      ...{ address: { path: "/run/a@b" }, user: "ada" },
    });
    assert.deepStrictEqual(parseTarget("ahnlich://db:7000"), { address });
    assert.deepStrictEqual(parseUrl(url), address);
  });

  it("quotes no password of a URL that is wrong", () => {
    const wrong = ["ahnlich://ada:hunter2@", "http://ada:hunter2@db", "ahnlich://ada:hunter2@a b"];
    wrong.push("ahnlich://:hunter2@db", "ahnlich://ada:hunter2%zz@db", "ahnlich://a/hunter2@db");
    wrong.push("ada:hunter2@db", "ahnlich://ada:@db", "ahnlich+unix://ada:hunter2@relative");
    for (const text of wrong) {
      const isSilent = (error: Error & { code?: string }) =>
        error.code === "INVALID_ARGUMENT" && !error.message.includes("hunter2");
      assert.throws(() => parseTarget(text), isSilent, text);
    }
  });
});
