import { type Ended, type RunOptions, runProgram } from "./run-program.js";

export type { Ended } from "./run-program.js";

/** Runs a program with the Node that runs the specs, to its end. */
export function runNode(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return runProgram(process.execPath, args, options);
}
