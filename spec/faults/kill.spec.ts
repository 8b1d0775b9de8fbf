import { keepsEveryPromise, notices } from "./run-suite.js";

describe("kill -9 at any moment", function () {
  this.timeout(300_000);

  it("loses nothing that was acknowledged, and tears nothing", () =>
    keepsEveryPromise("kill", "short"));

  for (const breakage of ["hasty", "tearing"] as const) {
    it(`shows persistence that is ${breakage}`, () => notices("kill", 20, breakage));
  }
});
