import type { RecallReport } from "../../lib/model/answers.js";
import type { Limits } from "../../lib/model/limits.js";
import type { Kinds } from "../../lib/model/query.js";
import { checkedCount } from "./naive-checks.js";

type Named = { readonly id: string };

/** Of searches that are exact: where another than what is searched for is allowed, it is found. */
export function naiveRecall(
  limits: Limits,
  { samples, limit }: Kinds["measureRecall"]["ask"],
  entries: readonly Named[],
  allowed: readonly Named[],
): RecallReport {
  const counted = checkedCount(limits, limit, 10);
  const drawn = entries.slice(0, checkedCount(limits, samples, 100));
  const measured = drawn.filter((own) => allowed.some(({ id }) => id !== own.id));
  return { recall: 1, samples: measured.length, limit: counted, elapsedMs: 0 };
}
