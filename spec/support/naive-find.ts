import type { Entry, Page } from "../../lib/model/entry.js";
import type { Limits } from "../../lib/model/limits.js";
import type { MetadataValue } from "../../lib/model/metadata.js";
import type { Kinds } from "../../lib/model/query.js";
import { checkedCount, demandBoolean, demandFields, demandInclude } from "./naive-checks.js";
import { makeCursor, readCursor } from "./naive-cursor.js";
import { entryOf, type NaiveEntry } from "./naive-entries.js";
import { naiveOrder } from "./naive-facets.js";
import { demandIndexes } from "./naive-field-indexes.js";
import { lookUp } from "./naive-predicate.js";
import { byId } from "./naive-search.js";

/** The page of what matches that the query asks for. */
export function findNaively(
  limits: Limits,
  { created }: { readonly created: number },
  ask: Kinds["find"]["ask"],
  matching: () => readonly NaiveEntry[],
): Page<Entry> {
  const { limit, cursor, include, sort } = ask;
  demandInclude(include);
  if (sort !== undefined) demandSort(limits, sort);
  const count = checkedCount(limits, limit, 100);
  const after = cursor === undefined ? undefined : readCursor(cursor, created, ask);
  const sortedBy = ({ metadata }: NaiveEntry) => sort && lookUp(sort.field, metadata);
  const rest = matching()
    .map((entry) => ({ entry, id: entry.id, value: sortedBy(entry) }))
    .sort((a, b) => compare(a, b, sort?.descending))
    .filter((place) => after === undefined || compare(place, after, sort?.descending) > 0);
  const page = rest.slice(0, count);
  const entries = page.map(({ entry }) => entryOf(entry, include));
  if (rest.length <= count) return { entries };
  return { entries, cursor: makeCursor(created, ask, page[count - 1]) };
}

interface Place {
  readonly id: string;
  readonly value: MetadataValue | undefined;
}

function compare(a: Place, b: Place, descending: boolean | undefined): number {
  return naiveOrder(a.value, b.value, descending) || byId(a, b);
}

function demandSort(limits: Limits, sort: object): void {
  demandFields(sort, ["field", "descending"], "sort");
  const { field, descending } = sort as { field: string; descending: unknown };
  demandBoolean(descending, "descending");
  demandIndexes(limits, [field]);
}
