import { seededRandom } from "../../support/random.js";

/** Numbers of the normal distribution, the same for the same seed; after Box and Muller. */
export function normalRandom(seed: number): () => number {
  const random = seededRandom(seed);
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const number = spare;
      spare = undefined;
      return number;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** Makes its norm 1, in place. */
export function normalize(vector: Float32Array): void {
  let squares = 0;
  for (const number of vector) squares += number * number;
  const factor = 1 / Math.sqrt(squares);
  for (let place = 0; place < vector.length; place++) vector[place] *= factor;
}
