import { canRun, keepsEveryPromise, notices } from "./run-suite.js";

if (canRun("io")) {
  describe("a disk whose calls fail", function () {
    this.timeout(300_000);

    it("gives errors of ours, soon, and nothing that was rejected", () =>
      keepsEveryPromise("io", "short"));

    for (const breakage of ["swallowing", "careless", "hanging"] as const) {
      it(`shows persistence that is ${breakage}`, () => notices("io", 20, breakage));
    }
  });
}
