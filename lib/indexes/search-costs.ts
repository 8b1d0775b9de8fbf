/** What searches cost in milliseconds on one thread, as measured, cautiously. */

/** Of looking at everything: a few nanoseconds a row and some hundredths of one a number. */
export function scanMs(rows: number, dimension: number, targets: number): number {
  const perRow = targets === 1 ? 2 + dimension * 0.045 : (2 + dimension * 0.035) * targets;
  return (rows * perRow) / 1e6;
}

/** Of looking at some of so many rows: from one to the next, and through blocks of which a fourth is wanted. */
export function pickedMs(picked: number, rows: number, dimension: number, targets: number): number {
  return scanMs(Math.min(picked * 2.5, rows), dimension, targets);
}

/** Of a walk to one target: some 20 vectors for each that its pool keeps, of which most are not in the cache. */
export function walkMs(width: number, dimension: number): number {
  return (width * 20 * (25 + dimension * 0.1)) / 1e6;
}

/** Of a walk that computes so many distances: the wider its pool, the more it takes to keep that in order. */
export function comparedMs(distances: number, width: number, dimension: number): number {
  return (distances * (25 + dimension * 0.1 + width * 0.02)) / 1e6;
}

/** From so many vectors on a graph is worth its memory: looking at all of them would take longer than a usual walk. */
export function graphLeastOf(dimension: number): number {
  return Math.ceil(walkMs(usualWidth, dimension) / scanMs(1, dimension, 1));
}

const usualWidth = 64;
