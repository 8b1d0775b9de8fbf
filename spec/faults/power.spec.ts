import { canRun, keepsEveryPromise, notices } from "./run-suite.js";

if (canRun("power")) {
  describe("power loss at any moment", function () {
    this.timeout(300_000);

    it("loses nothing that was acknowledged, and tears nothing", () =>
      keepsEveryPromise("power", "short"));

    for (const breakage of ["unsynced", "hasty"] as const) {
      it(`shows persistence that is ${breakage}`, () => notices("power", 50, breakage));
    }
  });
}
