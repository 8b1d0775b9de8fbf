import type { Beam } from "./beam.js";
import type { RecallCurve } from "./recall-curve.js";

/** What was measured of searches with one limit, and the cheapest beams that follow from it. */
export class LimitCurves {
  readonly limit: number;
  /** Over the width, without slack. */
  readonly widths: RecallCurve;
  /** Over the slack, of beams of one width; where that is cheaper. */
  readonly slacks: SlackCurve | undefined;

  constructor(limit: number, widths: RecallCurve, slacks?: SlackCurve) {
    this.limit = limit;
    this.widths = widths;
    this.slacks = slacks;
  }

  /** The cheapest that reaches this recall, in (0, 1); undefined where none was seen to. */
  beamFor(recall: number): Beam | undefined {
    const slack = this.slacks?.curve.settingFor(recall);
    if (this.slacks !== undefined && slack !== undefined)
      return { width: this.slacks.width, slack };
    const width = this.widthFor(recall);
    if (width === undefined) return undefined;
    return { width: Math.max(width, this.slacks?.width ?? 0), slack: Number.POSITIVE_INFINITY };
  }

  /** As `beamFor`, without slack. */
  widthFor(recall: number): number | undefined {
    const width = this.widths.settingFor(recall);
    return width === undefined ? undefined : Math.max(this.limit, Math.ceil(width * (1 - 1e-9)));
  }

  /** The widest that was measured. */
  get widestBeam(): Beam {
    const { setting } = this.widths.rungs[this.widths.rungs.length - 1];
    return { width: setting, slack: Number.POSITIVE_INFINITY };
  }

  /** What a search of this limit is expected to find with one of these beams, and to compute. */
  expect({ width, slack }: Beam): Expected {
    const isSlack = slack !== Number.POSITIVE_INFINITY && this.slacks !== undefined;
    const curve = isSlack ? this.slacks.curve : this.widths;
    const setting = isSlack ? slack : width;
    return { ...curve.recallAt(setting), cost: curve.costAt(setting) };
  }
}

export interface SlackCurve {
  readonly width: number;
  readonly curve: RecallCurve;
}

export interface Expected {
  readonly recall: number;
  /** The standard error of `recall`. */
  readonly error: number;
  /** Distances computed for a query, on average. */
  readonly cost: number;
}

/**
 * What the beams with slack cost as a share of those without, at the recalls that are asked for most; undefined where
 * both reach none of these.
 */
export function slackCostShare(widths: RecallCurve, slacks: RecallCurve): number | undefined {
  const shares: number[] = [];
  for (const recall of [0.9, 0.95, 0.98, 0.99]) {
    const [width, slack] = [widths.settingFor(recall), slacks.settingFor(recall)];
    if (width === undefined || slack === undefined) continue;
    shares.push(slacks.costAt(slack) / widths.costAt(width));
  }
  if (shares.length === 0) return undefined;
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
