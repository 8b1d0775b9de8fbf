import type { Plan } from "../model/answers.js";
import type { CheckedExplained } from "../model/checked-query.js";
import { compareText } from "../model/text.js";
import type { Call } from "./call.js";
import { Effort } from "./effort.js";
import { count, find } from "./find.js";
import type { Publication } from "./publication.js";
import { search } from "./search.js";
import type { View } from "./view.js";

/** Carries the query out and says how. */
export async function explain(
  publication: Publication,
  view: View,
  query: CheckedExplained,
  time: number,
  call: Call,
): Promise<Plan> {
  const effort = new Effort();
  const begun = performance.now();
  const matched = await matchedBy(publication, view, query, time, call, effort);
  const elapsedMs = performance.now() - begun;
  const { plan, examined } = effort;
  return { plan, indexes: [...effort.fields].sort(compareText), examined, matched, elapsedMs };
}

async function matchedBy(
  publication: Publication,
  view: View,
  query: CheckedExplained,
  time: number,
  call: Call,
  effort: Effort,
): Promise<number> {
  switch (query.kind) {
    case "search":
      return (await search(publication, view, query, time, call, effort)).length;
    case "find":
      return (await find(view, query, time, call, effort)).entries.length;
    case "count":
      return count(view, query, time, call, effort);
  }
}
