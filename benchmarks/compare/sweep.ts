import type { Bench, Entered, Entrant } from "./bench.js";
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
  return bench.together(entrants, subject, async (entered) => {
    const curves: (Curve & { readonly entered: Entered; readonly efforts: number[] })[] = [];
    for (const one of entered) {
      const { points, efforts } = await survey(bench, one, subject, wanted);
      curves.push({ entrant: one.entrant, entered: one, points, efforts });
    }
    for (let round = 0; round < bench.options.rounds; round++) {
      for (let turn = 0; turn < curves.length; turn++) {
        const { entered: one, points, efforts } = curves[(turn + round) % curves.length];
        for (const [i, { rates }] of points.entries()) {
          rates.push(await rateOf(one, efforts[i], bench.options.sliceMs));
        }
      }
    }
    return curves.map(({ entrant, points }) => ({ entrant, points }));
  });
}

async function survey(
  { options }: Bench,
  { entrant, searcher, opened }: Entered,
  { data }: Subject,
  { enough, around }: Wanted,
) {
  const { batch, inFlight } = entrant;
  const points: Point[] = [];
  const efforts: number[] = [];
  for (const [effort, label] of opened.efforts.entries()) {
    const turn = { effort, ms: options.surveyMs, most: data.queryCount, batch, inFlight };
    const { recall } = await searcher.turn(turn);
    if (entrant.kind === "exact" && recall < 0.9999) {
      throw new Error(`${entrant.label} is to be exact and finds ${recall} of the nearest`);
    }
    points.push({ label, recall, rates: [] });
    efforts.push(effort);
    if (recall >= enough || isSpent(points)) break;
  }
  if (around === undefined) return { points, efforts };
  const beyond = points.findIndex(({ recall }) => recall >= around);
  const from = beyond === -1 ? points.length - 1 : Math.max(0, beyond - 1);
  return { points: points.slice(from, from + 2), efforts: efforts.slice(from, from + 2) };
}

/** Whether the last two efforts found next to nothing more than the one before them. */
function isSpent(points: readonly Point[]): boolean {
  const before = points.at(-3);
  const last = points.at(-1);
  return before !== undefined && last !== undefined && last.recall - before.recall < 0.001;
}

/** Searches a second of one turn. */
async function rateOf({ entrant, searcher }: Entered, effort: number, ms: number): Promise<number> {
  const { batch, inFlight } = entrant;
  const turned = await searcher.turn({ effort, ms, most: 1e6, batch, inFlight });
  return (turned.searches / turned.ms) * 1_000;
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
