import type { Plan } from "../../lib/model/answers.js";
import type { Entry, Match, Page } from "../../lib/model/entry.js";
import type { ExplainedQuery, Query } from "../../lib/model/query.js";
import { demand, fieldsOf, refuse } from "./naive-checks.js";
import { readCursor } from "./naive-cursor.js";
import type { NaiveEntry } from "./naive-entries.js";
import { constantOf, holds, isObject } from "./naive-predicate.js";
import { byId } from "./naive-search.js";

interface PlannedStore {
  readonly created: number;
  readonly entries: ReadonlyMap<string, NaiveEntry>;
}

/** What it takes without any index: every entry is read, and all that a search may find is compared. */
export function naivePlan(
  query: ExplainedQuery,
  ask: (query: Query) => unknown,
  storeOf: (name: string) => PlannedStore,
): Plan {
  demand(isObject(query) && typeof query.kind === "string", "a query is explained");
  if (!Object.hasOwn(fieldsOf, query.kind)) refuse("UNSUPPORTED", `no kind ${query.kind}`);
  demand(["search", "find", "count"].includes(query.kind), "a search, a page or a count");
  const answer = ask(query);
  const { where } = query;
  const store = storeOf(query.store);
  const all = [...store.entries.values()].sort(byId);
  const allows = ({ metadata }: NaiveEntry) => where === undefined || holds(where, metadata);
  const scanned = where === undefined || constantOf(where) === true ? 0 : all.length;
  if (query.kind === "count") {
    return planOf(all.length === 0 ? "empty" : "scan", scanned, answer as number);
  }
  if (query.kind === "search") {
    const compared = all.filter(allows).length;
    const { length } = answer as Match[];
    return planOf(compared === 0 ? "empty" : "exact", scanned + compared, length);
  }
  const { cursor: given } = query;
  const after = given === undefined ? "" : readCursor(given, store.created, query).id;
  const rest = all.filter((entry) => byId(entry, { id: after }) > 0);
  const { entries, cursor } = answer as Page<Entry>;
  if (query.sort !== undefined) {
    return planOf(all.length === 0 ? "empty" : "scan", all.length, entries.length);
  }
  // That there is more shows where the first entry of the next page is read.
  const next = rest.filter(allows)[entries.length];
  const read = cursor === undefined ? rest.length : rest.indexOf(next) + 1;
  return planOf(read === 0 ? "empty" : "scan", read, entries.length);
}

function planOf(plan: Plan["plan"], examined: number, matched: number): Plan {
  return { plan, indexes: [], examined, matched, elapsedMs: 0 };
}
