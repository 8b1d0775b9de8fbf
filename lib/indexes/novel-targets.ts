import type { Probe, ProbeTarget } from "./probe.js";

/**
 * Queries like the data that are none of it: each stored vector moved by what two of its nearest differ by. How
 * hard they are beside true ones depends on the data: a little harder among words, more so where vectors are of many
 * lengths, and easier near a surface of few dimensions.
 *
 * @returns the targets themselves where the probe does not tell where vectors lie
 */
export async function novelTargets(
  probe: Probe,
  stored: readonly ProbeTarget[],
  random: () => number,
): Promise<readonly ProbeTarget[]> {
  if (probe.placeOf === undefined) return stored;
  const near = Math.min(nearMax, Math.floor(Math.sqrt(probe.size)));
  const around = await probe.exact(stored, near);
  const targets: ProbeTarget[] = [];
  for (const [i, target] of stored.entries()) {
    targets.push((await moved(probe, target, around[i].ordinals, random)) ?? target);
  }
  return targets;
}

/** Undefined where a place is not known. */
async function moved(
  probe: Probe,
  { own }: ProbeTarget,
  near: Float64Array,
  random: () => number,
): Promise<ProbeTarget | undefined> {
  if (own === undefined || near.length < 2) return undefined;
  const to = Math.floor(random() * near.length);
  const from = (to + 1 + Math.floor(random() * (near.length - 1))) % near.length;
  const place = await probe.placeOf?.(own);
  const [more, less] = [await probe.placeOf?.(near[to]), await probe.placeOf?.(near[from])];
  if (place === undefined || more === undefined || less === undefined) return undefined;
  return { vector: place.map((x, i) => x + more[i] - less[i]) };
}

/** So near that the difference lies as the data does around there, and so far that it is no small one. */
const nearMax = 100;
