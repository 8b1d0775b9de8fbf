import { distanceOf, limit, type Truth } from "./data-sets/truth.js";
import type { VectorFile } from "./data-sets/vector-file.js";

/** Tells the recall of answers, by what brute force found. */
export class Judge {
  readonly #vectors: VectorFile;
  readonly #targets: readonly Float32Array[];
  readonly #truth: Truth;

  constructor(vectors: VectorFile, targets: readonly Float32Array[], truth: Truth) {
    this.#vectors = vectors;
    this.#targets = targets;
    this.#truth = truth;
  }

  /**
   * The share of the true nearest that is among the ids; one that is as near as the last of them counts as well.
   *
   * @throws when there are fewer than were asked for, one of them twice or one that does not exist
   */
  recallOf(query: number, ids: readonly number[]): number {
    const found = new Set(ids.slice(0, limit));
    const exist = ids.every((id) => Number.isInteger(id) && id >= 0 && id < this.#vectors.count);
    if (found.size !== limit || !exist) throw new Error(`${limit} ids were expected, got ${ids}`);
    const known = this.#truth.ids.subarray(query * limit, (query + 1) * limit);
    const farthest = this.#truth.farthest[query] + rounding;
    const target = this.#targets[query];
    let near = 0;
    for (const id of found) {
      if (known.includes(id) || distanceOf(this.#vectors.at(id), target) <= farthest) near++;
    }
    return near / limit;
  }
}

/** What float32 cannot tell apart. */
const rounding = 1e-6;
