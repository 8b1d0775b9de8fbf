import type { Nearest } from "../indexes/vector-index.js";
import type { CheckedGroupBy } from "../model/checked-query.js";
import { allOf } from "../model/combine-predicates.js";
import type { Match } from "../model/entry.js";
import { fieldReader } from "../model/field-reader.js";
import { decodeMetadata } from "../rows/entry-rows.js";
import { MatchGroups } from "./match-groups.js";
import { readByOrdinal } from "./read.js";
import { toMatch } from "./resolve-matches.js";
import { type Searched, searchCandidates } from "./search-candidates.js";

/**
 * The nearest of each value of a field. More and more of the nearest are looked at until enough groups are whole, from
 * the third time on only such as are still lacking: four times as many each time, so that all are seen after a few.
 */
export async function groupedSearch(
  searched: Searched,
  target: Float32Array,
  excluded: ReadonlySet<string>,
  groupBy: CheckedGroupBy,
): Promise<Match[]> {
  const { index, view, store, ids, options, call, slice } = searched;
  const groups = new MatchGroups(groupBy, options.limit);
  let limit = excluded.size + 2 * options.limit * groupBy.limit + least;
  for (let round = 0; ; round++) {
    const where = round < widenings ? undefined : allOf([options.where, groups.lacking]);
    const [found] = await searchCandidates(searched, [target], { limit, where });
    const adding = { searched, excluded, field: groupBy.field };
    await addEach(groups, found, adding);
    if (found.ordinals.length < limit || groups.areWhole) break;
    limit = Math.min(4 * limit, Math.max(index.size, limit) + 1);
  }
  const entries = { snapshot: view.snapshot, store, ids };
  const matches: Match[] = [];
  for (const { ordinal, distance } of groups.members) {
    matches.push(toMatch(entries, ordinal, distance, { include: options.include, call }));
    if (slice.isOver) await slice.next();
  }
  return matches;
}

interface Adding {
  readonly searched: Searched;
  readonly excluded: ReadonlySet<string>;
  readonly field: string;
}

/** Adds candidates, which are nearest first, until all that is wanted is there. */
async function addEach(
  groups: MatchGroups,
  { ordinals, distances }: Nearest,
  { searched: { view, store, slice }, excluded, field }: Adding,
): Promise<void> {
  const read = fieldReader(field);
  let look = least;
  for (let i = 0; i < ordinals.length; i++) {
    const distance = distances[i];
    if (i >= look && distance !== distances[i - 1]) {
      if (groups.areWhole) return;
      look = i + Math.max(least, groups.size);
    }
    const { id, metadata } = readByOrdinal(view.snapshot, store, ordinals[i]);
    const value = excluded.has(id) ? undefined : read(decodeMetadata(metadata));
    if (value !== undefined) groups.add(value, { ordinal: ordinals[i], id, distance });
    if (slice.isOver) await slice.next();
  }
}

const least = 16;
/** So often all that the search's own predicate allows is looked at. */
const widenings = 2;
