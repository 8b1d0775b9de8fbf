import { takeCoverage } from "node:v8";

/**
 * Writes what was covered after each file of specs: a process of mocha that runs some of them is killed at the end
 * where it takes more than a second to write it then.
 */
export const mochaHooks: Mocha.RootHookObject = {
  afterAll: () => {
    if (process.env.NODE_V8_COVERAGE !== undefined) takeCoverage();
  },
};
