import { engineContract } from "../contracts/engine.contract.js";
import { naiveEngine } from "../support/naive-engine.js";

/** The suite and its oracle check each other. */
engineContract({
  name: "the naive one of the specs",
  async open({ limits, clock } = {}) {
    const engine = naiveEngine(limits, clock);
    return { engine, close: () => engine.close() };
  },
});
