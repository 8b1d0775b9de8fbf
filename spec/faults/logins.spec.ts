import { keepsEveryPromise } from "./run-suite.js";

describe("a server under a flood of logins", function () {
  this.timeout(300_000);

  it("refuses all guesses in the same words, and answers who is there", () =>
    keepsEveryPromise("logins", "short"));
});
