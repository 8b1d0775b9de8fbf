import type { Findings } from "../report.js";

/** What one table found: its tables and figures under a heading, and the charts beside them. */
export interface Section extends Findings {
  readonly title: string;
  readonly charts: readonly Chart[];
}

export interface Chart {
  /** The name of its file. */
  readonly file: string;
  readonly title: string;
  readonly picture: string;
}
