import type { Bench } from "../bench.js";
import type { Section } from "../section.js";
import { compareRecall } from "./recall.js";

/** A table of the comparison: one command. */
export interface ComparedTable {
  /** What is asked for when nothing else is. */
  readonly data: readonly string[];
  readonly rounds: number;
  run(bench: Bench): Promise<Section[]>;
}

export const tables: { readonly [name: string]: ComparedTable } = {
  recall: { data: ["words:100k"], rounds: 5, run: compareRecall },
};
