import { cpus, release, type } from "node:os";
import type { Findings } from "./suite.js";

export interface Ran {
  readonly name: string;
  readonly size: number;
  readonly unit: string;
  readonly seed: number;
  readonly seconds: number;
  readonly findings: Findings;
}

/** What a suite has found, as Markdown. */
export function summaryOf({ name, size, unit, seed, seconds, findings }: Ran): string {
  const { problems, figures } = findings;
  const day = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} cores, Node ${process.versions.node}, ${type()} ${release()}`;
  const told = Object.entries(figures).map(([what, figure]) => `- ${what}: ${figure}`);
  const verdict = problems.length === 0 ? "every promise kept" : `${problems.length} problems`;
  return [
    `### \`npm run test:long -- ${name} ${size}\``,
    "",
    `${size} ${unit}: **${verdict}**. ${day}, ${machine}, ${seconds.toFixed(0)} s, seed ${seed}.`,
    "",
    ...told,
    ...problems.map((problem) => `- problem: ${problem}`),
  ].join("\n");
}
