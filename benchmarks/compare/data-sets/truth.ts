import { readFileSync } from "node:fs";
import { cached, type DataSet } from "./data-set.js";
import { VectorFile } from "./vector-file.js";

/** How many matches every search asks for. */
export const limit = 10;

/** What brute force in float64 finds, the ids of each question and how far the last of them is. */
export interface Truth {
  readonly ids: Uint32Array;
  readonly farthest: Float64Array;
}

/** The path of the truth about these vectors, found where it is not known yet. */
export function prepareTruth(data: DataSet): string {
  return cached(`${data.name.replace(":", "-")}-truth.bin`, () => {
    const { ids, distances } = findTruth(data);
    return truthBytes(ids, distances);
  });
}

export function readTruth(path: string, queries: number): Truth {
  const { buffer } = new Uint8Array(readFileSync(path));
  return {
    farthest: new Float64Array(buffer, 0, queries),
    ids: new Uint32Array(buffer, queries * 8, queries * limit),
  };
}

/** As `readTruth` takes it. */
export function truthBytes(ids: Uint32Array, distances: Float64Array): Buffer {
  const farthest = distances.filter((_, i) => i % limit === limit - 1);
  return Buffer.concat([Buffer.from(farthest.buffer), Buffer.from(ids.buffer)]);
}

/** 1 - cos of vectors of norm 1. */
export function distanceOf(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  for (let place = 0; place < a.length; place++) dot += a[place] * b[place];
  return 1 - dot;
}

function findTruth(data: DataSet) {
  const { dimension, count, queryCount } = data;
  using base = new VectorFile(data.base, dimension, count);
  using queryFile = new VectorFile(data.queries, dimension, queryCount);
  const queries = queryFile.read(0, queryCount).vectors;
  const ids = new Uint32Array(queryCount * limit);
  const distances = new Float64Array(queryCount * limit).fill(Number.POSITIVE_INFINITY);
  for (const block of base.blocks(blockSize)) {
    for (let query = 0; query < queryCount; query++) {
      const places = query * limit;
      for (let i = 0; i < block.count; i++) {
        const distance = distanceAt(
          queries,
          query * dimension,
          block.vectors,
          i * dimension,
          dimension,
        );
        if (distance < distances[places + limit - 1]) {
          insert(ids, distances, places, block.first + i, distance);
        }
      }
    }
  }
  return { ids, distances };
}

/** So many vectors stay in the cache while all questions go over them. */
const blockSize = 512;

/** Four sums at a time, since each waits for the addition before it. */
function distanceAt(
  a: Float32Array,
  fromA: number,
  b: Float32Array,
  fromB: number,
  dimension: number,
): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  for (let place = 0; place < dimension; place += 4) {
    first += a[fromA + place] * b[fromB + place];
    second += a[fromA + place + 1] * b[fromB + place + 1];
    third += a[fromA + place + 2] * b[fromB + place + 2];
    fourth += a[fromA + place + 3] * b[fromB + place + 3];
  }
  return 1 - (first + second + third + fourth);
}

/** Puts it where it belongs among the nearest of one question; the last one goes. */
export function insert(
  ids: Uint32Array,
  distances: Float64Array,
  places: number,
  id: number,
  distance: number,
): void {
  let place = places + limit - 1;
  while (place > places && distances[place - 1] > distance) {
    distances[place] = distances[place - 1];
    ids[place] = ids[place - 1];
    place--;
  }
  distances[place] = distance;
  ids[place] = id;
}
