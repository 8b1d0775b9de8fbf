import type { Metric } from "./metric.js";
import { normMin, normOf } from "./vector.js";

/**
 * The distance as it is defined: float64 arithmetic on the float32 numbers, summed from left to right. The
 * kernels give exactly these numbers; this is what they are held against.
 */
export function distanceOf(metric: Metric, a: Float32Array, b: Float32Array): number {
  switch (metric) {
    case "cosine": {
      const lengths = [normOf(a), normOf(b)];
      if (lengths[0] < normMin || lengths[1] < normMin) return 1;
      return 1 - product(a, b) / (lengths[0] * lengths[1]);
    }
    case "euclidean": {
      let sum = 0;
      for (let i = 0; i < a.length; i++) {
        const difference = a[i] - b[i];
        sum += difference * difference;
      }
      return Math.sqrt(sum);
    }
    case "dot":
      return 0 - product(a, b); // and so never -0
  }
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
