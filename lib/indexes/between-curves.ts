import { LimitCurves } from "./limit-curves.js";
import { RecallCurve, type Rung } from "./recall-curve.js";

/**
 * What walks to vectors that are not stored lose, between two things that can be measured on a store: walks to stored
 * vectors that are hidden lose more than they would, since the links that the hidden one took up are missing, and how
 * much more depends on the data; walks to vectors made of stored ones may lose less. It is their geometric mean, and
 * never more than is lost by the first. Without slack; as far as both were measured.
 */
export function betweenCurves(
  hidden: readonly LimitCurves[],
  made: readonly LimitCurves[],
): LimitCurves[] {
  return hidden.flatMap(({ limit, widths }) => {
    const other = made.find((curves) => curves.limit === limit);
    const rungs = widths.rungs.flatMap((rung, i) => {
      const beside = other?.widths.rungs[i];
      return beside?.setting === rung.setting ? [betweenRungs(rung, beside, limit)] : [];
    });
    if (rungs.length === 0) return [];
    return [new LimitCurves(limit, new RecallCurve("logarithmic", limit, rungs))];
  });
}

function betweenRungs(hidden: Rung, made: Rung, limit: number): Rung {
  if (made.lost >= hidden.lost) return hidden;
  const queries = Math.min(hidden.queries, made.queries);
  // Half of the least that can be lost stands for nothing, which has no logarithm.
  const least = 0.5 / (queries * limit);
  const [most, fewest] = [Math.max(least, hidden.lost), Math.max(least, made.lost)];
  const lost = Math.sqrt(most * fewest);
  const error = Math.min(1, (lost / 2) * Math.hypot(hidden.error / most, made.error / fewest));
  return { setting: hidden.setting, queries, lost, error, cost: hidden.cost };
}
