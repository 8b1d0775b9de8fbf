import type { Entry, Page } from "../../lib/model/entry.js";
import type { Limits } from "../../lib/model/limits.js";
import type { Kinds } from "../../lib/model/query.js";
import { checkedCount, demandInclude } from "./naive-checks.js";
import { makeCursor, readCursor } from "./naive-cursor.js";
import { entryOf, type NaiveEntry } from "./naive-entries.js";
import { byId } from "./naive-search.js";

/** The page of what matches that the query asks for. */
export function findNaively(
  limits: Limits,
  { created }: { readonly created: number },
  { limit, cursor, include }: Kinds["find"]["ask"],
  matching: () => readonly NaiveEntry[],
): Page<Entry> {
  demandInclude(include);
  const count = checkedCount(limits, limit, 100);
  const after = cursor === undefined ? undefined : readCursor(cursor, created);
  const rest = matching().filter(
    ({ id }) => after === undefined || byId({ id }, { id: after }) > 0,
  );
  const page = rest.slice(0, count);
  const entries = page.map((entry) => entryOf(entry, include));
  if (rest.length <= count) return { entries };
  return { entries, cursor: makeCursor(created, page[count - 1].id) };
}
