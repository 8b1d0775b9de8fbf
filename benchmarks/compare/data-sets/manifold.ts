import { normalize, normalRandom } from "./vectors.js";

/**
 * Vectors of 768 dimensions and norm 1 that lie near a surface of 40, as embeddings of texts do: a fixed linear map of
 * 40 normal numbers, and noise in every dimension of a tenth of its length.
 */
export function manifoldVectors(count: number, seed: number): Float32Array {
  const dimension = 768;
  const inner = 40;
  const mapRandom = normalRandom(768);
  const map = Float32Array.from({ length: inner * dimension }, mapRandom);
  const random = normalRandom(seed);
  const vectors = new Float32Array(count * dimension);
  const noise = Math.sqrt(inner) * 0.1;
  for (let start = 0; start < vectors.length; start += dimension) {
    const vector = vectors.subarray(start, start + dimension);
    for (let place = 0; place < dimension; place++) vector[place] = random() * noise;
    for (let row = 0; row < inner; row++) {
      const weight = random();
      const from = row * dimension;
      for (let place = 0; place < dimension; place++) vector[place] += weight * map[from + place];
    }
    normalize(vector);
  }
  return vectors;
}
