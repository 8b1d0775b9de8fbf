import { modelContract } from "../contracts/model.contract.js";
import { visibilityContract } from "../contracts/visibility.contract.js";
import { naiveEngine } from "../support/naive-engine.js";
import type { Reach } from "../support/reach.js";

const reach: Reach = {
  name: "the naive one of the specs",
  async open({ limits, clock } = {}) {
    const engine = naiveEngine(limits, clock);
    return { engine, close: () => engine.close() };
  },
};

modelContract(reach, { runs: 20 });
visibilityContract(reach, { runs: 20 });
