import { backupSuite } from "./backup-suite.js";
import { churnSuite } from "./churn-suite.js";
import { flipSuite } from "./flip-suite.js";
import { fullSuite } from "./full-suite.js";
import { hostileSuite } from "./hostile-suite.js";
import { ioSuite } from "./io-suite.js";
import { killSuite } from "./kill-suite.js";
import { loginsSuite } from "./logins-suite.js";
import { powerSuite } from "./power-suite.js";
import { pressureSuite } from "./pressure-suite.js";
import { processesSuite } from "./processes-suite.js";
import type { Suite } from "./suite.js";

/** Every suite by the name that `npm run test:long` knows it by. */
export const suites: { readonly [name: string]: Suite } = {
  backup: backupSuite,
  kill: killSuite,
  power: powerSuite,
  io: ioSuite,
  full: fullSuite,
  flip: flipSuite,
  churn: churnSuite,
  processes: processesSuite,
  hostile: hostileSuite,
  pressure: pressureSuite,
  logins: loginsSuite,
};
