import { seededRandom } from "../../support/random.js";
import { dimension } from "../../support/word-set.js";
import { VectorFile } from "./vector-file.js";
import { normalize, normalRandom } from "./vectors.js";

/**
 * More vectors like those of words: a mixture of 256 clusters of 50,000 words. One of its vectors is the mean of a
 * cluster, chosen by its size, plus a random combination of how 16 of its words differ from that mean, so that it
 * spreads as they do.
 */
export class WordMixture {
  readonly #words: Float32Array;
  readonly #means: Float32Array;
  readonly #members: readonly (readonly number[])[];
  readonly #clusterOf: Uint16Array;

  constructor(path: string) {
    using file = new VectorFile(path, dimension, sampled);
    this.#words = file.read(0, sampled).vectors;
    this.#clusterOf = clustersOf(this.#words);
    const members = Array.from({ length: clusters }, (): number[] => []);
    for (const [word, cluster] of this.#clusterOf.entries()) members[cluster].push(word);
    this.#members = members;
    this.#means = meansOf(this.#words, members);
  }

  /** The first so many vectors of the file, then those of the mixture: in pieces, since many fit in no array. */
  *extend(path: string, held: number, count: number, seed: number): Generator<Float32Array> {
    using file = new VectorFile(path, dimension, held);
    for (const { vectors } of file.blocks(piece)) yield vectors;
    const random = seededRandom(seed);
    const normal = normalRandom(seed + 1_000);
    for (let drawn = held; drawn < count; drawn += piece) {
      const vectors = new Float32Array(Math.min(piece, count - drawn) * dimension);
      for (let start = 0; start < vectors.length; start += dimension) {
        this.#draw(vectors.subarray(start, start + dimension), random, normal);
      }
      yield vectors;
    }
  }

  #draw(vector: Float32Array, random: () => number, normal: () => number): void {
    const cluster = this.#clusterOf[Math.floor(random() * sampled)];
    const members = this.#members[cluster];
    const mean = this.#means.subarray(cluster * dimension, (cluster + 1) * dimension);
    vector.set(mean);
    for (let i = 0; i < combined; i++) {
      const word = members[Math.floor(random() * members.length)] * dimension;
      const weight = normal() / Math.sqrt(combined);
      for (let place = 0; place < dimension; place++) {
        vector[place] += weight * (this.#words[word + place] - mean[place]);
      }
    }
    normalize(vector);
  }
}

const piece = 10_000;
const sampled = 50_000;
const clusters = 256;
const combined = 16;
const passes = 3;

/** Which of the clusters each word is in: nearest of the means, which begin as some words. */
function clustersOf(words: Float32Array): Uint16Array {
  let means = words.slice(0, clusters * dimension);
  const clusterOf = new Uint16Array(sampled);
  for (let pass = 0; pass < passes; pass++) {
    const members = Array.from({ length: clusters }, (): number[] => []);
    for (let word = 0; word < sampled; word++) {
      clusterOf[word] = nearestOf(words, word * dimension, means);
      members[clusterOf[word]].push(word);
    }
    means = meansOf(words, members);
  }
  return clusterOf;
}

function nearestOf(words: Float32Array, start: number, means: Float32Array): number {
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let cluster = 0; cluster < clusters; cluster++) {
    const from = cluster * dimension;
    let squares = 0;
    for (let place = 0; place < dimension && squares < least; place++) {
      const difference = words[start + place] - means[from + place];
      squares += difference * difference;
    }
    if (squares < least) {
      least = squares;
      nearest = cluster;
    }
  }
  return nearest;
}

/** An empty cluster has a mean of zeros. */
function meansOf(
  words: Float32Array,
  members: readonly (readonly number[])[],
): Float32Array<ArrayBuffer> {
  const means = new Float32Array(clusters * dimension);
  for (const [cluster, some] of members.entries()) {
    for (const word of some) {
      for (let place = 0; place < dimension; place++) {
        means[cluster * dimension + place] += words[word * dimension + place] / some.length;
      }
    }
  }
  return means;
}
