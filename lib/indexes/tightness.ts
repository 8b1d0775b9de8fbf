import type { Beam } from "./beam.js";
import type { Probe } from "./probe.js";
import { pieceTargets, type StudyWork } from "./study-work.js";

/**
 * The slack of a walk: no more than its beam says, nor than suits its width. What lies at a place of a pool is farther
 * than what lies at the `nth` by about the logarithm of how many times as far back that is, so one number, the
 * tightness, lets walks of any width end a little before all of their pool is walked to. Infinity: none does.
 */
export function slackOf({ width, slack }: Beam, nth: number, tightness: number): number {
  return Math.min(slack, tightness * Math.log(1 + width / nth));
}

/**
 * Finds the tightness that spares a walk such a share of its distances as it can do without: to find as much, a wider
 * pool then costs less than is spared. The probe's walks have none meanwhile. Infinity where there are few vectors, or
 * where walks are hardly shortened by any slack.
 *
 * @throws ABORTED, what the probe throws
 */
export async function measureTightness(
  probe: Probe,
  work: StudyWork,
  random: () => number,
): Promise<number> {
  if (probe.size < sizeLeast) return Number.POSITIVE_INFINITY;
  const targets = await probe.sample(targetCount, random);
  const costOf = async (slack: number): Promise<number> => {
    let cost = 0;
    for (let from = 0; from < targets.length; from += pieceTargets) {
      await work.next();
      const piece = targets.slice(from, from + pieceTargets);
      for (const { examined } of await probe.walk(piece, limit, { width, slack })) cost += examined;
    }
    return cost;
  };
  const most = (await costOf(Number.POSITIVE_INFINITY)) * costShare;
  const slack = await leastAbove(most, costOf);
  return slack === undefined ? Number.POSITIVE_INFINITY : slack / Math.log(1 + width / limit);
}

/** A little more than where a rising function comes to `most`; undefined where that is nowhere within the steps. */
async function leastAbove(
  most: number,
  costOf: (slack: number) => Promise<number>,
): Promise<number | undefined> {
  let above = 1;
  const isAbove = (await costOf(above)) > most;
  let below = above;
  for (let step = 0; ; step++) {
    if (step === foldsMax) return undefined;
    const next = isAbove ? below / 2 : above * 2;
    if (isAbove) below = next;
    else above = next;
    if ((await costOf(next)) > most !== isAbove) break;
    if (isAbove) above = next;
    else below = next;
  }
  for (let step = 0; step < halvings; step++) {
    const middle = Math.sqrt(below * above);
    if ((await costOf(middle)) > most) above = middle;
    else below = middle;
  }
  return above;
}

/** Fewer are looked at nearly as soon as walked through. */
const sizeLeast = 4_096;
const targetCount = 128;
const limit = 10;
const width = 100;
/** On words the distances to a recall of 0.9 to 0.99 are fewest around this share, and nearly as few far around it. */
const costShare = 0.82;
const foldsMax = 40;
const halvings = 3;
