import {
  cosine,
  dot,
  euclidean,
  graphDimension,
  graphMetric,
  upperLinksMax,
  walkCode,
  walkGraph,
  walkLength,
  walkScale,
} from "../layout";
import { linksOf, recordOf } from "./graph";
import { keysToRecord, keysToTarget } from "./nearness";

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
        const keys = keysOfFour(walk, isToRecord, list + i);
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
  const record = recordOf(load<u32>(walk, walkGraph), slot);
  return f32x4.extract_lane(keysOf(walk, isToRecord, record, record, record, record), 0);
}

@inline
function keysOfFour(walk: usize, isToRecord: bool, four: usize): v128 {
  const graph = <usize>load<u32>(walk, walkGraph);
  const a = recordOf(graph, load<u32>(four));
  const b = recordOf(graph, load<u32>(four, 4));
  const c = recordOf(graph, load<u32>(four, 8));
  return keysOf(walk, isToRecord, a, b, c, recordOf(graph, load<u32>(four, 12)));
}

function keysOf(walk: usize, isToRecord: bool, a: usize, b: usize, c: usize, d: usize): v128 {
  const graph = <usize>load<u32>(walk, walkGraph);
  const metric: u32 = load<u32>(graph, graphMetric);
  if (metric == cosine) return keysBy(cosine, graph, walk, isToRecord, a, b, c, d);
  if (metric == euclidean) return keysBy(euclidean, graph, walk, isToRecord, a, b, c, d);
  return keysBy(dot, graph, walk, isToRecord, a, b, c, d);
}

@inline
function keysBy(
  metric: u32,
  graph: usize,
  walk: usize,
  isToRecord: bool,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
): v128 {
  const dimension: usize = load<u32>(graph, graphDimension);
  const code = <usize>load<u32>(walk, walkCode);
  if (isToRecord) return keysToRecord(metric, dimension, code, a, b, c, d);
  const length = load<f32>(walk, walkLength);
  return keysToTarget(metric, dimension, code, load<f32>(walk, walkScale), length, a, b, c, d);
}

@inline
function laneOf(four: v128, lane: usize): f32 {
  if (lane == 0) return f32x4.extract_lane(four, 0);
  if (lane == 1) return f32x4.extract_lane(four, 1);
  return lane == 2 ? f32x4.extract_lane(four, 2) : f32x4.extract_lane(four, 3);
}
