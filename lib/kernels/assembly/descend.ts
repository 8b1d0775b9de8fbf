import {
  cosine,
  dot,
  euclidean,
  graphMetric,
  upperLinksMax,
  walkFresh,
  walkGraph,
} from "../layout";
import { linksOf } from "./graph";
import { keysToGoal, laneOf } from "./nearness";
import { repeatLast } from "./walk";

/**
 * From slot to nearer slot on the levels above, until none is nearer: from level `from` down to `to`, both above 0. Returns
 * the slot; its key is given by `keyOf`.
 */
export function descend(walk: usize, isToRecord: bool, slot: u32, from: u32, to: u32): u32 {
  let nearest = keyOf(walk, isToRecord, slot);
  for (let level = from; level >= to; level--) {
    for (let before = ~slot; before != slot; ) {
      before = slot;
      const list = linksOf(load<u32>(walk, walkGraph), before, level);
      for (let i: usize = 0; i < <usize>upperLinksMax * 4; i += 16) {
        const keys = keysOf(walk, isToRecord, list + i);
        for (let lane: usize = 0; lane < 4; lane++) {
          const key = laneOf(keys, lane);
          if (key >= nearest) continue;
          nearest = key;
          slot = load<u32>(list + i + lane * 4);
        }
      }
    }
  }
  return slot;
}

/** How near a slot is to where the walk goes. */
export function keyOf(walk: usize, isToRecord: bool, slot: u32): f32 {
  const fresh = walk + walkFresh;
  store<u32>(fresh, slot);
  repeatLast(fresh, 1);
  return f32x4.extract_lane(keysOf(walk, isToRecord, fresh), 0);
}

function keysOf(walk: usize, isToRecord: bool, four: usize): v128 {
  const graph = <usize>load<u32>(walk, walkGraph);
  const metric: u32 = load<u32>(graph, graphMetric);
  if (metric == cosine) return keysToGoal(cosine, isToRecord, walk, graph, four);
  if (metric == euclidean) return keysToGoal(euclidean, isToRecord, walk, graph, four);
  return keysToGoal(dot, isToRecord, walk, graph, four);
}
