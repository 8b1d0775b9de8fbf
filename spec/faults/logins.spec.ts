import { keepsEveryPromise, notices } from "./run-suite.js";

describe("a server under a flood of logins", function () {
  this.timeout(300_000);

  it("refuses all guesses in the same words after the same work, and answers who is there", () =>
    keepsEveryPromise("logins", "short"));

  for (const breakage of ["hurried", "telling"] as const) {
    it(`is seen by suite logins where its login is ${breakage}`, () =>
      notices("logins", 3, breakage));
  }
});
