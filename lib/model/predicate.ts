import type { MetadataValue } from "./metadata.js";

/**
 * A question about metadata as data, frozen through and through and owned by nobody else. What
 * callers write as `$ne`, `$nin` and `$exists: false` is the `not` of its opposite; several
 * operators or fields are an `and`. Made by `parsePredicate`, answered by `compilePredicate`.
 *
 * Its `and` has at least two members and none of them is an `and`; likewise its `or`. What holds
 * always or never is `all` or `none`, and then it is the whole predicate. So a planner has few
 * forms to look at.
 */
export type Predicate =
  | { readonly kind: "all" }
  | { readonly kind: "none" }
  | { readonly kind: "and"; readonly members: readonly Predicate[] }
  | { readonly kind: "or"; readonly members: readonly Predicate[] }
  | { readonly kind: "not"; readonly member: Predicate }
  | FieldPredicate;

/** A question about one field. `field` is a name as callers write it, dots and all. */
export type FieldPredicate =
  | { readonly kind: "exists"; readonly field: string }
  | { readonly kind: "equal"; readonly field: string; readonly value: MetadataValue }
  | { readonly kind: "in"; readonly field: string; readonly values: readonly MetadataValue[] }
  | RangePredicate
  | { readonly kind: "prefix"; readonly field: string; readonly prefix: string }
  | { readonly kind: "contains"; readonly field: string; readonly value: MetadataValue };

/** Holds for values of the bounds' type between them; at least one bound is there. */
export interface RangePredicate {
  readonly kind: "range";
  readonly field: string;
  readonly lower: Bound | undefined;
  readonly upper: Bound | undefined;
}

export interface Bound {
  readonly value: Ordered;
  /** Whether the bound's own value is inside. */
  readonly inclusive: boolean;
}

/** What can be more or less: numbers, texts by their UTF-8 bytes, dates. Never one with another. */
export type Ordered = number | string | Date;
