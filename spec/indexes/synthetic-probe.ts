import type { Beam } from "../../lib/indexes/beam.js";
import type { Probe, ProbeTarget } from "../../lib/indexes/probe.js";
import type { Nearest } from "../../lib/indexes/vector-index.js";

/**
 * A probe whose recall is known by formula: each of a target's neighbours is found with the chance `recallOf` gives. A
 * target's first element says where it comes from, the second decides its luck.
 */
export class SyntheticProbe implements Probe {
  size = 100_000;
  changed = 0;
  /** Searches asked for. */
  exactly = 0;
  walked = 0;
  readonly #recallOf: (beam: Beam, limit: number, origin: number) => number;
  readonly #costOf: (beam: Beam) => number;

  constructor(
    recallOf: (beam: Beam, limit: number, origin: number) => number,
    costOf: (beam: Beam) => number = ({ width }) => 10 * width,
  ) {
    this.#recallOf = recallOf;
    this.#costOf = costOf;
  }

  sample(count: number, random: () => number): ProbeTarget[] {
    const most = Math.min(count, this.size);
    return Array.from({ length: most }, (_, own) => ({
      own,
      vector: Float32Array.of(0, random()),
    }));
  }

  async exact(targets: readonly ProbeTarget[], limit: number): Promise<Nearest[]> {
    this.exactly += targets.length;
    return targets.map(() => ranks(limit, this.size, () => true));
  }

  async walk(targets: readonly ProbeTarget[], limit: number, beam: Beam): Promise<Nearest[]> {
    this.walked += targets.length;
    return targets.map(({ vector: [origin, luck] }) => {
      const recall = this.#recallOf(beam, limit, origin);
      const cost = this.#costOf(beam);
      return ranks(limit, cost, (rank) => (luck * 7919 + rank * 0.6180339887) % 1 < recall);
    });
  }
}

/** The found of so many neighbours, each as far away as its rank says. */
function ranks(limit: number, examined: number, isFound: (rank: number) => boolean): Nearest {
  const distances: number[] = [];
  for (let rank = 1; rank <= limit; rank++) if (isFound(rank)) distances.push(rank);
  const [ordinals, plan] = [Float64Array.from(distances), "graph"] as const;
  return { ordinals, distances: ordinals, plan, examined };
}
