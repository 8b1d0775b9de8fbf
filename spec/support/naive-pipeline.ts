import type { Outcome } from "../../lib/model/answers.js";
import { toAhnlichError } from "../../lib/model/errors.js";
import type { Limits } from "../../lib/model/limits.js";
import type { Query } from "../../lib/model/query.js";
import { demand, within } from "./naive-checks.js";

/** Asks one query after the other; one that is refused fails alone. */
export function naivePipeline(
  limits: Limits,
  queries: readonly Query[],
  ask: (query: Query) => unknown,
): Outcome<unknown>[] {
  demand(Array.isArray(queries), "queries is a list");
  within(limits, "queriesPerPipeline", queries.length);
  return queries.map((query: Query) => {
    try {
      demand(query?.kind !== "pipeline", "a pipeline holds no pipelines");
      const waits = query?.kind === "changes" && (query.waitMs ?? 0) !== 0;
      demand(!waits, "a pipeline does not wait");
      return { ok: true, response: ask(query) };
    } catch (error) {
      return { ok: false, error: toAhnlichError(error) };
    }
  });
}
