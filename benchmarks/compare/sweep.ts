import type { Bench, Entered, Entrant } from "./bench.js";
import { isOurs } from "./indexes/all.js";
import type { Turn } from "./search-questions.js";
import type { Subject } from "./searcher.js";

/** One way to search: what it finds and how fast it was, round by round. */
export interface Point {
  readonly label: string;
  readonly recall: number;
  /** Searches a second, of each round. */
  readonly rates: number[];
}

export interface Wanted {
  /** The recall beyond which no effort is looked at. */
  readonly enough: number;
  /** Only the two efforts around this recall have their turns. */
  readonly around?: number;
  /** The name of a filter that all searches have. */
  readonly filter?: string | undefined;
}

/** Of one entrant, the quickest first. */
export interface Curve {
  readonly entrant: Entrant;
  readonly points: readonly Point[];
}

/**
 * The efforts of every entrant, from the quickest to the first that reaches `enough`: what each finds is looked at
 * first, then all have their turns round by round, beginning with another one each time.
 */
export function sweep(
  bench: Bench,
  entrants: readonly Entrant[],
  subject: Subject,
  wanted: Wanted,
): Promise<Curve[]> {
  return bench.together(entrants, subject, (entered) => sweepAll(bench, entered, subject, wanted));
}

/** As `sweep`, of entrants whose processes run. */
export async function sweepAll(
  bench: Bench,
  entered: readonly Entered[],
  subject: Subject,
  wanted: Wanted,
): Promise<Curve[]> {
  const curves: Surveyed[] = [];
  await Promise.all(entered.map((one) => accustom(bench, one, subject, wanted)));
  for (const one of entered) {
    const { points, efforts } = await survey(bench, one, subject, wanted);
    curves.push({ entrant: one.entrant, entered: one, points, efforts });
  }
  for (let round = 0; round < bench.options.rounds; round++) {
    for (let turn = 0; turn < curves.length; turn++) {
      const { entered: one, points, efforts } = curves[(turn + round) % curves.length];
      for (const [i, point] of points.entries()) {
        await measure(one, point, {
          effort: efforts[i],
          ms: bench.options.sliceMs,
          filter: wanted.filter,
        });
      }
    }
  }
  return curves.map(({ entrant, points }) => ({ entrant, points }));
}

interface Surveyed extends Curve {
  readonly entered: Entered;
  readonly points: readonly SurveyedPoint[];
  readonly efforts: readonly number[];
}

/** We choose how to search by what was asked before, which is to be over when anything is measured. */
async function accustom(
  { options }: Bench,
  { entrant, searcher, opened }: Entered,
  { data }: Subject,
  { filter }: Wanted,
): Promise<void> {
  if (!isOurs(entrant.name) || entrant.kind === "exact") return;
  const { batch, inFlight } = entrant;
  for (const most of [100, data.queryCount]) {
    for (const effort of opened.efforts.keys()) {
      await searcher.turn({ effort, ms: options.surveyMs, most, batch, inFlight, filter });
    }
    await searcher.settle();
  }
}

async function survey(
  { options }: Bench,
  { entrant, searcher, opened }: Entered,
  { data }: Subject,
  { enough, around, filter }: Wanted,
) {
  const { batch, inFlight } = entrant;
  const points: SurveyedPoint[] = [];
  const efforts: number[] = [];
  for (const [effort, label] of opened.efforts.entries()) {
    const turn = { effort, ms: options.surveyMs, most: data.queryCount, batch, inFlight, filter };
    const { recall, searches } = await searcher.turn(turn);
    if (entrant.kind === "exact" && recall < 0.9999) {
      throw new Error(`${entrant.label} is to be exact and finds ${recall} of the nearest`);
    }
    points.push({ label, recall, searches, rates: [] });
    efforts.push(effort);
    if (recall >= enough || isSpent(points)) break;
  }
  if (around === undefined) return { points, efforts };
  const beyond = points.findIndex(({ recall }) => recall >= around);
  const from = beyond === -1 ? points.length - 1 : Math.max(0, beyond - 1);
  return { points: points.slice(from, from + 2), efforts: efforts.slice(from, from + 2) };
}

/** The recall of all searches so far. */
interface SurveyedPoint extends Point {
  recall: number;
  searches: number;
}

/** Whether the last two efforts found next to nothing more than the one before them. */
function isSpent(points: readonly Point[]): boolean {
  const before = points.at(-3);
  const last = points.at(-1);
  return before !== undefined && last !== undefined && last.recall - before.recall < 0.001;
}

/** Adds what one turn found. */
async function measure(
  { entrant, searcher }: Entered,
  point: SurveyedPoint,
  turn: Pick<Turn, "effort" | "ms" | "filter">,
): Promise<void> {
  const { batch, inFlight } = entrant;
  const turned = await searcher.turn({ ...turn, most: 1e6, batch, inFlight });
  point.rates.push((turned.searches / turned.ms) * 1_000);
  const searches = point.searches + turned.searches;
  point.recall += ((turned.recall - point.recall) * turned.searches) / searches;
  point.searches = searches;
}

/**
 * Searches a second at this recall, round by round: between the points around it, or that of a point beyond it where
 * one is quicker. Undefined where it is not reached.
 */
export function ratesAt({ points }: Curve, recall: number): number[] | undefined {
  const beyond = points.filter((point) => point.recall >= recall);
  if (beyond.length === 0) return undefined;
  const nearest = beyond.reduce((a, b) => (b.recall < a.recall ? b : a));
  const below = points
    .filter((point) => point.recall < recall)
    .reduce<Point | undefined>(
      (a, b) => (a === undefined || b.recall > a.recall ? b : a),
      undefined,
    );
  return nearest.rates.map((_, round) => {
    const quickest = Math.max(...beyond.map(({ rates }) => rates[round]));
    if (below === undefined) return quickest;
    const share = (missed(below) - missedAt(recall)) / (missed(below) - missed(nearest));
    const from = Math.log(below.rates[round]);
    const to = Math.log(nearest.rates[round]);
    return Math.max(quickest, Math.exp(from + share * (to - from)));
  });
}

/** A curve is nearly straight over the logarithm of what is missed. */
function missed({ recall }: Point): number {
  return missedAt(recall);
}

function missedAt(recall: number): number {
  return Math.log(Math.max(1e-4, 1 - recall));
}
