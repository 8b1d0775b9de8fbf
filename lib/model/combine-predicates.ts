import type { Predicate } from "./predicate.js";

/** Holds where every member does, so always where there is none. */
export function allOf(members: readonly Predicate[]): Predicate {
  return combine("and", members, "all", "none");
}

/** Holds where some member does, so never where there is none. */
export function anyOf(members: readonly Predicate[]): Predicate {
  return combine("or", members, "none", "all");
}

/** Holds where the member does not. */
export function negate(member: Predicate): Predicate {
  switch (member.kind) {
    case "all":
      return Object.freeze({ kind: "none" });
    case "none":
      return Object.freeze({ kind: "all" });
    case "not":
      return member.member;
    default:
      return Object.freeze({ kind: "not", member });
  }
}

/** `neutral` changes nothing beside others, `decisive` settles the whole. */
function combine(
  kind: "and" | "or",
  members: readonly Predicate[],
  neutral: "all" | "none",
  decisive: "all" | "none",
): Predicate {
  const kept: Predicate[] = [];
  for (const member of members) {
    if (member.kind === decisive) return member;
    if (member.kind === neutral) continue;
    if (member.kind === kind) kept.push(...member.members);
    else kept.push(member);
  }
  const [first] = kept;
  if (first === undefined) return Object.freeze({ kind: neutral });
  if (kept.length === 1) return first;
  return Object.freeze({ kind, members: Object.freeze(kept) });
}
