import assert from "node:assert/strict";
import { checkLimit, defaultLimits, type Limits, makeLimits } from "../../lib/model/limits.js";
import { refuses } from "../support/refuses.js";

describe("makeLimits", () => {
  it("gives the defaults where nothing is changed", () => {
    assert.deepEqual(makeLimits(), defaultLimits);
    assert.deepEqual(makeLimits({ limit: undefined } as never), defaultLimits);
  });

  it("replaces what is given and freezes the whole", () => {
    const limits = makeLimits({ limit: 5, dimension: 65_535 });
    assert.equal(limits.limit, 5);
    assert.equal(limits.dimension, 65_535);
    assert.equal(limits.idBytes, defaultLimits.idBytes);
    assert.ok(Object.isFrozen(limits));
  });

  it("refuses names that are no limits, inherited ones too", () => {
    for (const name of ["limt", "toString", "__proto__x"]) {
      refuses(() => makeLimits({ [name]: 1 }), "INVALID_ARGUMENT", new RegExp(`limits.${name}`));
    }
  });

  it("refuses values that are no integers from 1 on", () => {
    for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "5", null, 2 ** 53]) {
      const changes = { stores: value } as Partial<Limits>;
      refuses(() => makeLimits(changes), "INVALID_ARGUMENT", /limits.stores: expected an integer/);
    }
    refuses(() => makeLimits(null as never), "INVALID_ARGUMENT", /limits: expected an object/);
  });

  it("refuses by one more than the format can hold", () => {
    refuses(() => makeLimits({ dimension: 65_536 }), "INVALID_ARGUMENT", /from 1 to 65535/);
    refuses(() => makeLimits({ idBytes: 1_025 }), "INVALID_ARGUMENT", /from 1 to 1024/);
    refuses(() => makeLimits({ metadataDepth: 65 }), "INVALID_ARGUMENT", /from 1 to 64/);
  });
});

describe("checkLimit", () => {
  it("accepts the limit itself and refuses one more, naming the limit", () => {
    checkLimit(defaultLimits, "limit", 10_000, "limit");
    const crossing = () => checkLimit(defaultLimits, "limit", 10_001, "limit");
    const error = refuses(crossing, "LIMIT_EXCEEDED", /10001 is above .* 10000 \(limits.limit\)/);
    assert.deepEqual(error.details, { limit: "limit", bound: 10_000, got: 10_001 });
  });
});
