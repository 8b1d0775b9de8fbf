import { keepsEveryPromise, notices } from "./run-suite.js";

describe("backups under writes", function () {
  this.timeout(300_000);

  it("all verify, restore, and hold what was acknowledged", () =>
    keepsEveryPromise("backup", "short"));

  it("show persistence that is tearing", () => notices("backup", 20, "tearing"));
});
