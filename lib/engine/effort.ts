import type { Plan } from "../model/answers.js";

/** What a read has taken: written down for those who ask how it was carried out, absent for all others. */
export class Effort {
  plan: Plan["plan"] = "empty";
  examined = 0;

  /** So many more were looked at, in this way; the last way is the one that counts. */
  add(plan: Plan["plan"], examined: number): void {
    this.plan = plan;
    this.examined += examined;
  }
}
