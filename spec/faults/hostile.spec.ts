import { keepsEveryPromise, notices } from "./run-suite.js";

describe("a server under hostile inputs", function () {
  this.timeout(300_000);

  it("goes on, stands still for nobody, keeps no memory, and answers the honest", () =>
    keepsEveryPromise("hostile", "short"));

  for (const breakage of ["hanging", "retaining"] as const) {
    it(`is seen by suite hostile where its engine is ${breakage}`, () =>
      notices("hostile", 4_000, breakage));
  }
});
