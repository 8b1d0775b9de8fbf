import { cached, type DataSet } from "./data-set.js";
import { insert, limit, readTruth, type Truth, truthBytes } from "./truth.js";
import { VectorFile } from "./vector-file.js";

/** What a filtered search asks of an entry: `rank` is its place in the file, `cell` the part of space it lies in. */
export type Condition =
  | { readonly field: "rank"; readonly below: number }
  | { readonly field: "cell"; readonly is: number }
  | { readonly field: "cell"; readonly not: number };

/** Shares of all at random, as the file is in no order; then the cell of what is searched for, and all but that one. */
const names = ["0.1 %", "1 %", "10 %", "50 %", "90 %", "near", "far"] as const;
type FilterName = (typeof names)[number];

/** The names of those that allow as many entries as every search asks for. */
export function filterNames({ count }: DataSet): FilterName[] {
  return names.filter((name) => !name.endsWith("%") || belowOf(name, count) >= limit);
}

/** Space in parts: what is nearest to one of the first vectors is in its cell. */
export class Cells {
  readonly #seeds: readonly Float32Array[];

  constructor(vectors: VectorFile) {
    // Each has far more entries than a search asks for.
    const count = Math.min(10, Math.max(2, Math.floor(vectors.count / 100)));
    const { at } = vectors.read(0, count);
    this.#seeds = Array.from({ length: count }, (_, i) => at(i).slice());
  }

  of(vector: Float32Array): number {
    const products = this.#seeds.map((seed) => dot(seed, vector));
    return products.indexOf(Math.max(...products));
  }
}

function conditionOf(
  name: FilterName,
  count: number,
  cells: Cells,
  target: Float32Array,
): Condition {
  if (name === "near") return { field: "cell", is: cells.of(target) };
  if (name === "far") return { field: "cell", not: cells.of(target) };
  return { field: "rank", below: belowOf(name, count) };
}

function belowOf(name: FilterName, count: number): number {
  return Math.round((count * Number.parseFloat(name)) / 100);
}

/** As most have it. */
export function conditionText(condition: Condition): string {
  if (condition.field === "rank") return `rank < ${condition.below}`;
  return "is" in condition ? `cell = ${condition.is}` : `cell != ${condition.not}`;
}

export function holds(condition: Condition, rank: number, cell: number): boolean {
  if (condition.field === "rank") return rank < condition.below;
  return "is" in condition ? cell === condition.is : cell !== condition.not;
}

/** One filter, as it is for each question. */
interface Filter {
  readonly conditions: readonly Condition[];
  readonly truth: Truth;
}

/** All filters of a data set, whose truth is found where it is not known yet, and the cell of each entry. */
export function readFilters(data: DataSet): {
  readonly filters: ReadonlyMap<string, Filter>;
  readonly cellOf: Uint8Array;
} {
  using base = new VectorFile(data.base, data.dimension, data.count);
  using queries = new VectorFile(data.queries, data.dimension, data.queryCount);
  const cells = new Cells(base);
  const count = Math.min(queriesMax, data.queryCount);
  const asked = queries.read(0, count);
  const targets = Array.from({ length: count }, (_, i) => asked.at(i));
  const cellOf = new Uint8Array(data.count);
  for (const { first, count, at } of base.blocks(1_000)) {
    for (let i = 0; i < count; i++) cellOf[first + i] = cells.of(at(i));
  }
  const filters = new Map<string, Filter>();
  for (const name of filterNames(data)) {
    const conditions = targets.map((target) => conditionOf(name, data.count, cells, target));
    const file = `${data.name}-filtered-${name}-truth.bin`.replaceAll(/[^\w.-]+/g, "-");
    const path = cached(file, () => findTruth(base, targets, conditions, cellOf));
    filters.set(name, { conditions, truth: readTruth(path, count) });
  }
  return { filters, cellOf };
}

function findTruth(
  base: VectorFile,
  targets: readonly Float32Array[],
  conditions: readonly Condition[],
  cellOf: Uint8Array,
): Buffer {
  const ids = new Uint32Array(targets.length * limit);
  const distances = new Float64Array(targets.length * limit).fill(Number.POSITIVE_INFINITY);
  for (const { first, count, at } of base.blocks(512)) {
    for (const [query, target] of targets.entries()) {
      const condition = conditions[query];
      for (let i = 0; i < count; i++) {
        const rank = first + i;
        if (!holds(condition, rank, cellOf[rank])) continue;
        const distance = 1 - dot(at(i), target);
        const places = query * limit;
        if (distance < distances[places + limit - 1])
          insert(ids, distances, places, rank, distance);
      }
    }
  }
  return truthBytes(ids, distances);
}

function dot(a: Float32Array, b: Float32Array): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i += 4) {
    first += a[i] * b[i];
    second += a[i + 1] * b[i + 1];
    third += a[i + 2] * b[i + 2];
    fourth += a[i + 3] * b[i + 3];
  }
  return first + second + third + fourth;
}

/** So many of the questions are searched for with filters, in turn. */
const queriesMax = 200;
