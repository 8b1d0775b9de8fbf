import type { Breakage } from "./breakages.js";
import { canRun, keepsEveryPromise, notices } from "./run-suite.js";

/** What each suite promises, and what it must notice within so many tries. */
const promises: readonly {
  readonly suite: string;
  readonly promise: string;
  readonly breakages: readonly Breakage[];
  readonly tries: number;
}[] = [
  {
    suite: "kill",
    promise: "loses nothing that was acknowledged and tears nothing, wherever it is killed",
    breakages: ["hasty", "tearing"],
    tries: 20,
  },
  {
    suite: "power",
    promise: "loses nothing that was acknowledged and tears nothing, whenever the power goes",
    breakages: ["unsynced", "hasty"],
    tries: 50,
  },
  {
    suite: "io",
    promise: "tells of calls that fail, soon and in our words, and shows nothing it has rejected",
    breakages: ["swallowing", "careless", "hanging"],
    tries: 20,
  },
  {
    suite: "full",
    promise: "leaves the last of a disk alone, and goes on when there is room again",
    breakages: ["boundless"],
    tries: 2,
  },
  {
    suite: "flip",
    promise: "never gives a wrong vector or metadata, whichever byte of its file is flipped",
    breakages: ["credulous"],
    tries: 100,
  },
];

describe("an engine under faults", function () {
  this.timeout(300_000);
  /** Beside the others, since it takes its time whatever the machine does. */
  let churn: Promise<void> | undefined;

  before(() => {
    churn = keepsEveryPromise("churn", "short");
    churn.catch(() => undefined);
  });

  for (const { suite, promise, breakages, tries } of promises) {
    if (!canRun(suite)) continue;
    it(promise, () => keepsEveryPromise(suite, "short"));

    for (const breakage of breakages) {
      it(`is seen by suite ${suite} where its persistence is ${breakage}`, () =>
        notices(suite, tries, breakage));
    }
  }

  it("keeps memory and file as they were while entries come and go", () => churn);

  for (const breakage of ["hoarding", "retaining"] as const) {
    it(`is seen by suite churn where its persistence is ${breakage}`, () =>
      notices("churn", 8, breakage));
  }
});
