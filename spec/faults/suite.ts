import type { Breakage } from "./breakages.js";

/** A way to hurt the engine many times over, and to see whether it keeps its promises. */
export interface Suite {
  /** What `SIZE` counts. */
  readonly unit: string;
  /** How many are tried with every change, and how many are recorded in docs/operations.md. */
  readonly short: number;
  readonly recorded: number;
  /** Why it cannot be run here; undefined where it can. */
  missing?(): string | undefined;
  run(task: SuiteTask): Promise<Findings>;
}

export interface SuiteTask {
  readonly size: number;
  /** Decides everything that is random but the moments at which processes meet. */
  readonly seed: number;
  /** Persistence that is broken on purpose, or a world that is: the suite must find problems. */
  readonly broken: Breakage | undefined;
  /** An empty folder, removed afterwards. */
  readonly folder: string;
  progress(done: number): void;
}

export interface Findings {
  /** Empty where every promise was kept. */
  readonly problems: readonly string[];
  readonly figures: Readonly<Record<string, number | string>>;
}

/** Whether enough was found to see what is wrong; what was broken on purpose need be seen but once. */
export function isEnough({ broken }: SuiteTask, problems: readonly string[]): boolean {
  return problems.length >= (broken === undefined ? 10 : 1);
}
