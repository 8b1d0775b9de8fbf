import type { Beam } from "../../lib/indexes/beam.js";
import type { Probe, ProbeTarget } from "../../lib/indexes/probe.js";
import type { Nearest } from "../../lib/indexes/vector-index.js";
import type { Metric } from "../../lib/model/metric.js";

/** A navigable graph of one layer in the plainest way, and brute force beside it: ordinals are numbers of rows. */
export class NaiveGraph implements Probe {
  changed = 0;
  readonly #metric: Metric;
  readonly #rows: Float64Array[] = [];
  readonly #links: number[][] = [];

  constructor(metric: Metric, vectors: readonly Float32Array[] = []) {
    this.#metric = metric;
    for (const vector of vectors) this.add(vector);
  }

  get size(): number {
    return this.#rows.length;
  }

  add(vector: Float32Array): void {
    const row = this.#rowOf(vector);
    const found = this.#find(row, buildWidth, buildWidth, Number.POSITIVE_INFINITY).pool;
    const node = this.#rows.push(row) - 1;
    const near = this.#spread(
      found.map(({ id }) => id),
      row,
      linksMax / 2,
    );
    this.#links.push(near);
    for (const other of near) {
      const links = this.#links[other];
      links.push(node);
      if (links.length > linksMax) {
        const from = this.#rows[other];
        links.sort((a, b) => this.#key(from, this.#rows[a]) - this.#key(from, this.#rows[b]));
        this.#links[other] = this.#spread(links, from, linksMax);
      }
    }
    this.changed++;
  }

  sample(count: number, random: () => number): ProbeTarget[] {
    const rows = this.#rows.map((_, own) => own);
    for (let i = 0; i < Math.min(count, rows.length); i++) {
      const j = i + Math.floor(random() * (rows.length - i));
      [rows[i], rows[j]] = [rows[j], rows[i]];
    }
    return rows.slice(0, count).map((own) => ({ own, vector: Float32Array.from(this.#rows[own]) }));
  }

  placeOf(ordinal: number): Float32Array | undefined {
    return this.#metric === "dot" ? undefined : Float32Array.from(this.#rows[ordinal]);
  }

  async exact(targets: readonly ProbeTarget[], limit: number): Promise<Nearest[]> {
    return targets.map(({ vector, own }) => {
      const target = this.#rowOf(vector);
      const keys = new Float64Array(this.#rows.length);
      for (let id = 0; id < keys.length; id++) keys[id] = this.#key(target, this.#rows[id]);
      if (own !== undefined) keys[own] = Number.POSITIVE_INFINITY;
      const nearest: number[] = [];
      for (let id = 0; id < keys.length; id++) {
        const key = keys[id];
        if (nearest.length === limit && key >= nearest[limit - 1]) continue;
        const at = nearest.findLastIndex((one) => one <= key) + 1;
        nearest.splice(at, 0, key);
        if (nearest.length > limit) nearest.pop();
      }
      const last = nearest[nearest.length - 1];
      const found: Candidate[] = [];
      for (let id = 0; id < keys.length; id++) {
        if (keys[id] <= last && id !== own) found.push({ id, key: keys[id] });
      }
      return this.#nearest(found, keys.length);
    });
  }

  async walk(targets: readonly ProbeTarget[], limit: number, beam: Beam): Promise<Nearest[]> {
    return targets.map(({ vector, own }) => {
      const { pool, cost } = this.#find(this.#rowOf(vector), limit, beam.width, beam.slack, own);
      return this.#nearest(pool.slice(0, limit), cost);
    });
  }

  #find(
    target: Float64Array,
    limit: number,
    width: number,
    slack: number,
    own?: number,
  ): { pool: Candidate[]; cost: number } {
    const seen = new Uint8Array(this.#rows.length);
    if (own !== undefined) seen[own] = 1;
    const keys = new Float64Array(width + 1);
    const ids = new Int32Array(width + 1);
    const done = new Uint8Array(width + 1);
    let [count, cost, first] = [0, 0, 0]; // all before the first are done
    const meet = (id: number): void => {
      if (seen[id] === 1) return;
      seen[id] = 1;
      cost++;
      const key = this.#key(target, this.#rows[id]);
      if (count === width && key >= keys[width - 1]) return;
      let at = count;
      for (; at > 0 && keys[at - 1] > key; at--) {
        keys[at] = keys[at - 1];
        ids[at] = ids[at - 1];
        done[at] = done[at - 1];
      }
      keys[at] = key;
      ids[at] = id;
      done[at] = 0;
      count = Math.min(width, count + 1);
      first = Math.min(first, at);
    };
    const rows = this.#rows.length;
    for (let i = 0; i < Math.min(entries, rows); i++) meet(Math.floor((i * rows) / entries));
    for (;;) {
      while (first < count && done[first] === 1) first++;
      const last = count < limit ? Number.POSITIVE_INFINITY : keys[limit - 1];
      if (first === count || keys[first] > last + slack) break;
      done[first] = 1;
      for (const id of this.#links[ids[first]]) meet(id);
    }
    const pool = Array.from({ length: count }, (_, i) => ({ id: ids[i], key: keys[i] }));
    return { pool, cost };
  }

  /** Those nearer to the node than to any that was chosen before, from the nearest on. */
  #spread(sorted: readonly number[], row: Float64Array, most: number): number[] {
    const chosen: number[] = [];
    for (const id of sorted) {
      if (chosen.length === most) break;
      const own = this.#key(row, this.#rows[id]);
      if (chosen.every((other) => this.#key(this.#rows[id], this.#rows[other]) > own))
        chosen.push(id);
    }
    return chosen;
  }

  #rowOf(vector: Float32Array): Float64Array {
    const row = Float64Array.from(vector);
    const norm = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
    return this.#metric === "cosine" && norm > 0 ? row.map((x) => x / norm) : row;
  }

  /** What walks compare: not the distance itself, but in its order. */
  #key(a: Float64Array, b: Float64Array): number {
    let sum = 0;
    if (this.#metric === "euclidean")
      for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
    else for (let i = 0; i < a.length; i++) sum -= a[i] * b[i];
    return sum;
  }

  #nearest(found: readonly Candidate[], examined: number): Nearest {
    const sorted = [...found].sort((a, b) => a.key - b.key);
    const distance = (key: number): number =>
      this.#metric === "euclidean" ? Math.sqrt(key) : this.#metric === "cosine" ? 1 + key : key;
    return {
      ordinals: Float64Array.from(sorted, ({ id }) => id),
      distances: Float64Array.from(sorted, ({ key }) => distance(key)),
      plan: examined === this.size ? "exact" : "graph",
      examined,
    };
  }
}

interface Candidate {
  readonly id: number;
  readonly key: number;
}

const buildWidth = 40;
const linksMax = 16;
/** Walks begin at so many. */
const entries = 12;
