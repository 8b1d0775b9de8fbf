import { LimitCurves, type SlackCurve, slackCostShare } from "./limit-curves.js";
import type { Probe, ProbeTarget } from "./probe.js";
import { RecallCurve } from "./recall-curve.js";
import { RecallTrial } from "./recall-trial.js";
import { RecallTruths, type TargetMaker } from "./recall-truths.js";
import { StudyWork, type WorkOptions } from "./study-work.js";

/**
 * Measures with real searches what recall beams give: for each limit a ladder of widths, up to where next to nothing is
 * lost or searching exactly is surely cheaper, then one of slacks, where a few searches say that it could pay.
 * Targets are added until the errors are small.
 *
 * @throws ABORTED, what the probe throws
 */
export function studyRecall(
  probe: Probe,
  targets: readonly ProbeTarget[],
  limits: readonly number[],
  { make, known, widthsOnly = false, ...options }: StudyOptions = {},
): Promise<LimitCurves[]> {
  const work = new StudyWork(options);
  const truths = new RecallTruths(probe, work, targets, limits, make);
  return new RecallStudy(probe, work, truths, widthsOnly).run(known);
}

export interface StudyOptions extends WorkOptions {
  readonly make?: TargetMaker | undefined;
  /** Whether slack is not tried. */
  readonly widthsOnly?: boolean | undefined;
  /** Told what is known so far, with errors that get smaller from one time to the next. */
  readonly known?: ((curves: readonly LimitCurves[]) => void) | undefined;
}

class RecallStudy {
  readonly #probe: Probe;
  readonly #work: StudyWork;
  readonly #truths: RecallTruths;
  readonly #ladders: readonly Ladder[];

  constructor(probe: Probe, work: StudyWork, truths: RecallTruths, widthsOnly: boolean) {
    this.#probe = probe;
    this.#work = work;
    this.#truths = truths;
    this.#ladders = truths.limits.map((limit) => ({
      ...{ limit, widths: [], slacks: widthsOnly ? [] : undefined },
    }));
  }

  async run(known: StudyOptions["known"]): Promise<LimitCurves[]> {
    const { targets } = this.#truths;
    for (let upTo = 0; upTo < targets.length; ) {
      upTo = Math.min(targets.length, upTo + roundTargets);
      await this.#truths.extend(upTo);
      for (const ladder of this.#ladders) {
        await this.#measure(ladder);
        // The small limits, which cost least and are asked for most, need not wait for the large.
        if (upTo <= roundTargets) known?.(this.#curves);
      }
      if (this.#work.isSpent || this.#ladders.every(isSure)) break;
      known?.(this.#curves);
    }
    return this.#curves;
  }

  get #curves(): LimitCurves[] {
    return this.#ladders.filter(({ widths }) => widths.length > 0).map(curvesOf);
  }

  async #measure(ladder: Ladder): Promise<void> {
    const { known } = this.#truths;
    if (known === 0) return;
    for (const trial of ladder.widths) await this.#try(trial, known);
    await this.#climb(ladder);
    ladder.slacks ??= await this.#findSlacks(ladder);
    for (const trial of ladder.slacks) await this.#try(trial, known);
  }

  /** Adds widths until the last is wide enough. */
  async #climb({ limit, widths }: Ladder): Promise<void> {
    const { size } = this.#probe;
    for (let width = limit; widths.length === 0 || !isTop(last(widths), size); ) {
      if (widths.length > 0) width = Math.ceil(last(widths).beam.width * Math.SQRT2);
      const trial = new RecallTrial(limit, { width, slack: Number.POSITIVE_INFINITY });
      await this.#try(trial, this.#truths.known);
      widths.push(trial);
    }
  }

  /** Slacks from one that loses nothing up to one that loses much; none where a few searches say they do not pay. */
  async #findSlacks({ limit, widths }: Ladder): Promise<RecallTrial[]> {
    const { width } = (widths.find(({ lost }) => lost <= lostByOpen) ?? last(widths)).beam;
    const few = Math.min(fewTargets, this.#truths.known);
    const trialOf = async (slack: number): Promise<RecallTrial> => {
      const trial = new RecallTrial(limit, { width, slack });
      await this.#try(trial, few);
      return trial;
    };
    const open = await trialOf(Number.POSITIVE_INFINITY);
    let top = await trialOf(this.#truths.meanDistance(limit) || 1);
    const ratio = top.lost > open.lost ? 2 : 0.5;
    for (let step = 0; step < slackSteps; step++) {
      const next = await trialOf(top.beam.slack * ratio);
      if (ratio === 2 || next.lost <= open.lost) top = next;
      if (next.lost <= open.lost === (ratio === 2)) break;
    }
    const trials = [await trialOf(top.beam.slack * Math.SQRT2), top];
    const least = widths[0].cost * barelyMore; // of a walk that ends as soon as it may
    while (
      trials.length < slackSteps &&
      last(trials).lost < lostMuch &&
      last(trials).cost > least
    ) {
      trials.push(await trialOf(last(trials).beam.slack / Math.SQRT2));
    }
    trials.reverse();
    const share = slackCostShare(widthCurve(limit, widths), slackCurve(limit, trials));
    return share !== undefined && share < 1 ? trials : [];
  }

  #try(trial: RecallTrial, upTo: number): Promise<void> {
    return trial.extend(this.#probe, this.#work, this.#truths, upTo);
  }
}

interface Ladder {
  readonly limit: number;
  readonly widths: RecallTrial[];
  /** Undefined until it was tried whether they pay. */
  slacks: RecallTrial[] | undefined;
}

function isTop({ lost, cost, beam }: RecallTrial, size: number): boolean {
  return lost <= lostByTop || cost >= size * costShareMax || beam.width >= Math.min(size, widthMax);
}

function last(trials: readonly RecallTrial[]): RecallTrial {
  return trials[trials.length - 1] as RecallTrial;
}

function isSure({ widths, slacks }: Ladder): boolean {
  return [...widths, ...(slacks ?? [])].every((trial) => trial.isSure);
}

function curvesOf({ limit, widths, slacks }: Ladder): LimitCurves {
  const overWidth = widthCurve(limit, widths);
  const width = slacks?.[0]?.beam.width;
  if (slacks === undefined || width === undefined) return new LimitCurves(limit, overWidth);
  const curve = slackCurve(limit, slacks);
  const share = slackCostShare(overWidth, curve);
  const pays: SlackCurve | undefined =
    share !== undefined && share <= payingShare ? { width, curve } : undefined;
  return new LimitCurves(limit, overWidth, pays);
}

function widthCurve(limit: number, trials: readonly RecallTrial[]): RecallCurve {
  return new RecallCurve(
    "logarithmic",
    limit,
    trials.map((trial) => trial.rung(trial.beam.width)),
  );
}

function slackCurve(limit: number, trials: readonly RecallTrial[]): RecallCurve {
  return new RecallCurve(
    "even",
    limit,
    trials.map((trial) => trial.rung(trial.beam.slack)),
  );
}

/** Searched for in one round. */
const roundTargets = 512;
/** Those that say whether slack could pay. */
const fewTargets = 128;
const widthMax = 8_192;
/** A walk that computes more of all distances takes longer than a scan, whose distances are many times cheaper. */
const costShareMax = 0.25;
/** So little is lost by the widest. */
const lostByTop = 0.0002;
/** So little is lost where slack alone is to end a walk. */
const lostByOpen = 0.0005;
const lostMuch = 0.25;
const barelyMore = 1.05;
const slackSteps = 40;
/** What slack has to cost less than, as a share of the same recall without. */
const payingShare = 0.9;
