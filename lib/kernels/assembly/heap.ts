import { candidateBytes, resultDistance, resultOrdinal } from "../layout";

/** Lets the result at `index` sink in a heap with the farthest on top; of equals the higher ordinal. */
export function sift(area: usize, index: u32, count: u32): void {
  const sinking = v128.load(area + index * candidateBytes);
  const distance = f64x2.extract_lane(sinking, 0);
  const ordinal = f64x2.extract_lane(sinking, 1);
  for (;;) {
    let child = index * 2 + 1;
    if (child >= count) break;
    let at = area + child * candidateBytes;
    if (child + 1 < count) {
      const right = at + candidateBytes;
      const farther = isFarther(
        load<f64>(right, resultDistance),
        load<f64>(right, resultOrdinal),
        load<f64>(at, resultDistance),
        load<f64>(at, resultOrdinal),
      );
      child += u32(farther);
      at += farther ? candidateBytes : 0;
    }
    if (!isFarther(load<f64>(at, resultDistance), load<f64>(at, resultOrdinal), distance, ordinal)) {
      break;
    }
    v128.store(area + index * candidateBytes, v128.load(at));
    index = child;
  }
  v128.store(area + index * candidateBytes, sinking);
}

@inline
function isFarther(d1: f64, o1: f64, d2: f64, o2: f64): bool {
  return d1 > d2 || (d1 == d2 && o1 > o2);
}
