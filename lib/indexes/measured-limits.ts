import type { Beam } from "./beam.js";
import type { Expected, LimitCurves } from "./limit-curves.js";

/**
 * The limits that are measured. Those between two of them have a beam between the two: the width that a recall takes
 * about doubles from 10 to 30, so that one beam for a whole decade would be dear at its beginning.
 */
export const measuredLimits: readonly number[] = [1, 3, 10, 32, 100, 316, 1_000];

/** Between which of them a limit lies, both the same where it is one of them; undefined above the last. */
export function limitsAround(limit: number): { lower: number; upper: number } | undefined {
  const at = measuredLimits.findIndex((measured) => measured >= limit);
  if (at < 0) return undefined;
  const upper = measuredLimits[at];
  return { lower: upper === limit ? upper : measuredLimits[at - 1], upper };
}

/** What was measured of one limit, and when. */
export interface MeasuredLimit {
  readonly curves: LimitCurves;
  /** The index's size then, and its count of changes. */
  readonly size: number;
  readonly changed: number;
  readonly source: RecallSource;
}

/** What was searched for: queries that came, or such as were made of what is stored. */
export type RecallSource = "queries" | "store";

export interface RecallEstimate extends Expected {
  readonly source: RecallSource;
  /** How many searches it rests on. */
  readonly searches: number;
}

/** The beam of a limit between two: of the upper one alone where the lower is not there, which is wide enough. */
export function beamBetween(
  limit: number,
  lower: LimitCurves | undefined,
  upper: LimitCurves,
  recall: number,
): Beam | undefined {
  if (upper.limit === limit) return upper.beamFor(recall);
  const [below, above] = [lower?.beamFor(recall), upper.beamFor(recall)];
  if (lower === undefined || below === undefined || above === undefined)
    return widthOf(upper, recall);
  const part = Math.log(limit / lower.limit) / Math.log(upper.limit / lower.limit);
  if (below.slack !== Number.POSITIVE_INFINITY && above.slack !== Number.POSITIVE_INFINITY) {
    const slack = below.slack + (above.slack - below.slack) * part;
    return { width: between(limit, below.width, above.width, part), slack };
  }
  const widths = [lower.widthFor(recall), upper.widthFor(recall)];
  if (widths[0] === undefined || widths[1] === undefined) return widthOf(upper, recall);
  const width = between(limit, widths[0], widths[1], part);
  return { width, slack: Number.POSITIVE_INFINITY };
}

function widthOf(curves: LimitCurves, recall: number): Beam | undefined {
  const width = curves.widthFor(recall);
  return width === undefined ? undefined : { width, slack: Number.POSITIVE_INFINITY };
}

function between(limit: number, from: number, to: number, part: number): number {
  return Math.max(limit, Math.ceil(from * (to / from) ** part - 1e-9));
}
