import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isBreakage } from "./breakages.js";
import { suites } from "./suites.js";
import { summaryOf } from "./summary.js";

/*
 * npm run test:long -- SUITE SIZE [SEED [BREAKAGE]]
 *
 * Progress goes to stderr; what stdout gets can be pasted into docs/operations.md. The exit code is 0 where every
 * promise was kept, 1 where one was broken, 2 where nothing could be run.
 */
const [name = "", sizeText = "recorded", seedText, broken] = process.argv.slice(2);
const suite = Object.hasOwn(suites, name) ? suites[name] : undefined;
const why = suite
  ? suite.missing?.()
  : `no suite ${name}: expected ${Object.keys(suites).join(", ")}`;
if (suite === undefined || why !== undefined) {
  console.error(why);
  process.exit(2);
}
const sizes: { readonly [size: string]: number } = { short: suite.short, recorded: suite.recorded };
const size = sizes[sizeText] ?? Number(sizeText);
const seed = Number(seedText ?? process.env.AHNLICH_SEED ?? Date.now() % 1_000_000);
if (!Number.isSafeInteger(size) || size < 1 || !Number.isSafeInteger(seed)) {
  console.error("expected SUITE SIZE [SEED [BREAKAGE]], the size and the seed as whole numbers");
  process.exit(2);
}
const parent = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
const folder = mkdtempSync(join(parent, `ahnlich-${name}-`));
const start = performance.now();
let told = start;
const progress = (done: number): void => {
  const now = performance.now();
  if (now - told < 2_000) return;
  told = now;
  console.error(`${done} of ${size} ${suite.unit}, ${Math.round((now - start) / 1_000)} s`);
};
console.error(`${name}: ${size} ${suite.unit}, seed ${seed}`);
try {
  const given = { size, seed, folder, progress, broken: isBreakage(broken) ? broken : undefined };
  const findings = await suite.run(given);
  const seconds = (performance.now() - start) / 1_000;
  console.log(summaryOf({ name, size, unit: suite.unit, seed, seconds, findings }));
  process.exitCode = findings.problems.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
