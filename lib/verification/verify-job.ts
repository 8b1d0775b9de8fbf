import type { Verification } from "../model/answers.js";
import type { Snapshot } from "../persistence/persistence.js";
import { Problems } from "./problems.js";
import { verifyRows } from "./verify-rows.js";

/** This module, for a thread to verify rows by it. */
export const verifyJob: URL = new URL(import.meta.url);

/** What it gives: now and then how many entries it has looked at, and at last what it has found. */
export function* read(
  snapshot: Snapshot,
): Generator<{ value: number | Verification; transfer: ArrayBuffer[] }> {
  const problems = new Problems();
  let walked = 0;
  const rows = verifyRows(snapshot, problems, () => {
    walked++;
  });
  for (let told = 0, step = rows.next(); ; step = rows.next()) {
    if (step.done) {
      yield { value: { entries: step.value, problems: problems.sentences }, transfer: [] };
      return;
    }
    if (walked - told < entriesPerReport) continue;
    told = walked;
    yield { value: walked, transfer: [] };
  }
}

const entriesPerReport = 10_000;
