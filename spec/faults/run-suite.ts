import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { runNode } from "../support/run-node.js";
import type { Breakage } from "./breakages.js";
import { suites } from "./suites.js";

/** Runs a suite in a process of its own and fails unless every promise was kept. */
export async function keepsEveryPromise(name: string, size: number | "short"): Promise<void> {
  const { code, stdout, stderr } = await runSuite([name, `${size}`]);
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  assert.match(stdout, /every promise kept/);
}

/** Runs a suite on persistence that is broken on purpose, and fails unless the suite says so. */
export async function notices(name: string, size: number, breakage: Breakage): Promise<void> {
  const { code, stdout, stderr } = await runSuite([name, `${size}`, "1", breakage]);
  // A process that breaks down over what it finds has noticed, too.
  const brokeDown = code === null && !stdout.includes("every promise kept");
  assert.ok(code === 1 || brokeDown, `${code}: ${stdout}\n${stderr}`);
  if (!brokeDown) assert.match(stdout, /problems?\*\*/);
}

/** False where the suite cannot be run here, which is said once: nothing of it is registered then. */
export function canRun(name: string): boolean {
  const missing = suites[name].missing?.();
  if (missing !== undefined) process.stderr.write(`not registered: suite ${name}, ${missing}\n`);
  return missing === undefined;
}

function runSuite(args: readonly string[]) {
  const main = fileURLToPath(new URL("./main.js", import.meta.url));
  return runNode([main, ...args], { env: { NODE_V8_COVERAGE: "" }, timeoutMs: 280_000 });
}
