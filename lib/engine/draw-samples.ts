import type { VectorIndex } from "../indexes/vector-index.js";
import type { Slice } from "./slice.js";

interface Drawn {
  readonly index: VectorIndex;
  readonly sequence: number;
  /** Ordinals that are none. */
  readonly but: ReadonlySet<number>;
  readonly count: number;
  readonly number: () => number;
}

/** The ordinals of so many of the vectors that are seen, all of them equally likely; fewer where there are fewer. */
export async function drawSamples(
  { index, sequence, but, count, number }: Drawn,
  slice: Slice,
): Promise<number[]> {
  const drawn: number[] = [];
  let seen = 0;
  for (const { ordinal } of index.seenAt(sequence)) {
    if (!but.has(ordinal)) {
      seen++;
      // Each takes the place of one before it as often as makes all equally likely in the end.
      const place = drawn.length < count ? drawn.length : Math.floor(number() * seen);
      if (place < count) drawn[place] = ordinal;
    }
    if (slice.isOver) await slice.next();
  }
  return drawn;
}
