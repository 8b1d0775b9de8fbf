import type { Plan } from "../model/answers.js";

/** What a read has taken: written down for those who ask how it was carried out, absent for all others. */
export class Effort {
  plan: Plan["plan"] = "empty";
  examined = 0;
  /** The fields whose indexes were used. */
  readonly fields: Set<string> = new Set();

  /** So many more were looked at, in this way; the last way is the one that counts. */
  add(plan: Plan["plan"], examined: number): void {
    this.plan = plan;
    this.examined += examined;
  }

  /** What indexes were asked, and how many of their rows were read for it. */
  asked({ fields, rows }: { readonly fields: ReadonlySet<string>; readonly rows: number }): void {
    for (const field of fields) this.fields.add(field);
    this.examined += rows;
    if (fields.size > 0) this.plan = "index";
  }
}
