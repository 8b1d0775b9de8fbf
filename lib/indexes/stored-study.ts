import { betweenCurves } from "./between-curves.js";
import type { LimitCurves } from "./limit-curves.js";
import { novelTargets } from "./novel-targets.js";
import type { Probe, ProbeTarget } from "./probe.js";
import { type StudyOptions, studyRecall } from "./recall-study.js";

/**
 * As `studyRecall` with queries like the data, of which only stored vectors are there: with these, each hidden from its
 * own walks, and with others made of them. What is known before the end is of the first alone, on the safe side.
 *
 * @throws ABORTED, what the probe throws
 */
export async function studyStored(
  probe: Probe,
  stored: readonly ProbeTarget[],
  limits: readonly number[],
  { random, workMax = 1e10, known, ...options }: StoredStudyOptions,
): Promise<LimitCurves[]> {
  const [first] = stored;
  const isMade = first?.own !== undefined && (await probe.placeOf?.(first.own)) !== undefined;
  if (!isMade) return studyRecall(probe, stored, limits, { ...options, workMax, known });
  const half = { ...options, workMax: workMax / 2, widthsOnly: true };
  const hidden = await studyRecall(probe, stored, limits, { ...half, known });
  const make = (drawn: readonly ProbeTarget[]) => novelTargets(probe, drawn, random);
  return betweenCurves(hidden, await studyRecall(probe, stored, limits, { ...half, make }));
}

interface StoredStudyOptions extends Omit<StudyOptions, "make" | "widthsOnly"> {
  readonly random: () => number;
}
