import type { FieldPredicate, Predicate } from "../model/predicate.js";
import { postingRanges, type TermRange } from "../rows/posting-ranges.js";

/** Which terms a sorted page need look at, in all of which the field is there; undefined where it need not be. */
export function sortBounds(where: Predicate, field: string): TermRange | undefined {
  const members = where.kind === "and" ? where.members : [where];
  let bounds: TermRange | undefined;
  for (const member of members) {
    if (!isAbout(member, field)) continue;
    const { from, to } = rangeOf(member);
    bounds = {
      from: bounds === undefined || bounds.from < from ? from : bounds.from,
      to: bounds === undefined || bounds.to > to ? to : bounds.to,
    };
  }
  return bounds;
}

function isAbout(predicate: Predicate, name: string): predicate is FieldPredicate {
  return "field" in predicate && predicate.field === name;
}

/** From the first to the last of the terms of what a predicate allows. */
function rangeOf(predicate: FieldPredicate): TermRange {
  // Elements of lists, and that the field is there, have terms apart from that of its value.
  if (predicate.kind === "contains" || predicate.kind === "exists") return everything;
  const { ranges } = postingRanges(predicate);
  return { from: ranges[0]?.from.slice(1) ?? behindAll, to: ranges.at(-1)?.to.slice(1) ?? "" };
}

const behindAll = "\u00ff";
const everything: TermRange = { from: "", to: behindAll };
