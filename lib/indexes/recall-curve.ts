/**
 * Recall as one setting of a beam grows, measured at some values of it: never falling, and read between them where the
 * logarithm of what is lost is a straight line over the axis.
 */
export class RecallCurve {
  readonly axis: Axis;
  readonly limit: number;
  readonly rungs: readonly Rung[];
  /** What is lost, smoothed: as measured, and as is to be feared. */
  readonly #lost: readonly number[];
  readonly #feared: readonly number[];

  /** @param rungs - measured with that limit, by rising setting, at least one */
  constructor(axis: Axis, limit: number, rungs: readonly Rung[]) {
    this.axis = axis;
    this.limit = limit;
    this.rungs = rungs;
    this.#lost = falling(rungs, ({ lost }) => lost);
    this.#feared = falling(rungs, (rung) => fearedOf(rung, limit));
  }

  /** The least setting that reaches this recall, in (0, 1); undefined where none was seen to. */
  settingFor(recall: number): number | undefined {
    const allowed = 1 - recall;
    const feared = this.#feared;
    const at = feared.findIndex((lost) => lost <= allowed);
    if (at < 0) return undefined;
    const { setting } = this.rungs[at];
    if (at === 0) return setting;
    const [above, below] = [Math.log(feared[at - 1]), Math.log(feared[at])];
    const part = (above - Math.log(allowed)) / (above - below);
    return this.#along(this.rungs[at - 1].setting, setting, part);
  }

  /** The recall to be expected with a setting, and its standard error. */
  recallAt(setting: number): { recall: number; error: number } {
    const { at, part } = this.#place(setting);
    const lost = mix(this.#lost[at], this.#lost[at + 1] ?? this.#lost[at], part);
    const error = mix(this.rungs[at].error, (this.rungs[at + 1] ?? this.rungs[at]).error, part);
    return { recall: 1 - lost, error };
  }

  /** The distances to be expected that a query computes. */
  costAt(setting: number): number {
    const { at } = this.#place(setting);
    const [from, to] = [this.rungs[at], this.rungs[at + 1] ?? this.rungs[at]];
    if (from === to) return from.cost;
    const part = (setting - from.setting) / (to.setting - from.setting);
    return mix(from.cost, to.cost, Math.min(1, Math.max(0, part)));
  }

  #along(from: number, to: number, part: number): number {
    if (this.axis === "even") return mix(from, to, part);
    return Math.exp(mix(Math.log(from), Math.log(to), part));
  }

  /** Behind which rung a setting lies, and what part of the way to the next. */
  #place(setting: number): { at: number; part: number } {
    const { rungs } = this;
    if (setting <= rungs[0].setting) return { at: 0, part: 0 };
    const next = rungs.findIndex((rung) => rung.setting > setting);
    if (next < 0) return { at: rungs.length - 1, part: 0 };
    const [from, to] = [rungs[next - 1].setting, rungs[next].setting];
    const part =
      this.axis === "even"
        ? (setting - from) / (to - from)
        : Math.log(setting / from) / Math.log(to / from);
    return { at: next - 1, part };
  }
}

/** Whether equal steps or equal ratios of a setting look alike. */
export type Axis = "even" | "logarithmic";

/** What was measured with one setting. */
export interface Rung {
  readonly setting: number;
  readonly queries: number;
  /** The mean share of the true nearest that was not found. */
  readonly lost: number;
  /** Its standard error. */
  readonly error: number;
  /** Distances computed for a query, on average. */
  readonly cost: number;
}

/**
 * A little more than was lost: what is chosen for just reaching a recall in the sample falls short of it in half of all
 * cases. And never nothing, for a sample that loses nothing is no proof.
 */
function fearedOf({ lost, error, queries }: Rung, limit: number): number {
  return Math.min(1, lost + caution * error + 0.5 / (queries * limit));
}

/** The nearest row of numbers that nowhere rises, weighted by queries: neighbours that violate it are pooled. */
function falling(rungs: readonly Rung[], of: (rung: Rung) => number): readonly number[] {
  const pools: { value: number; weight: number; count: number }[] = [];
  for (const rung of rungs) {
    let pool = { value: of(rung), weight: rung.queries, count: 1 };
    for (
      let last = pools.at(-1);
      last !== undefined && last.value <= pool.value;
      last = pools.at(-1)
    ) {
      const weight = last.weight + pool.weight;
      const value = (last.value * last.weight + pool.value * pool.weight) / weight;
      pool = { value, weight, count: last.count + pool.count };
      pools.pop();
    }
    pools.push(pool);
  }
  return pools.flatMap(({ value, count }) => Array.from({ length: count }, () => value));
}

function mix(from: number, to: number, part: number): number {
  return from + (to - from) * part;
}

/** In standard errors. */
const caution = 0.5;
