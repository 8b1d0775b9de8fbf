import {
  cosine,
  dot,
  euclidean,
  graphDimension,
  graphMetric,
  walkChosen,
  walked,
  walkGraph,
} from "../layout";
import { recordOf } from "./graph";
import { keysToRecord } from "./nearness";
import { repeatLast } from "./walk";

/**
 * Chooses a slot's neighbours: of candidates in the order of their keys to it, those that are nearer to it than to any
 * that was chosen before, so that the links lead into all directions (Malkov and Yashunin, 2018, algorithm 4). Adds
 * to the `have` slots that `walkChosen` holds, up to `most`; how many there are then.
 */
export function choose(
  walk: usize,
  keys: usize,
  slots: usize,
  count: u32,
  have: u32,
  most: u32,
): u32 {
  const graph = <usize>load<u32>(walk, walkGraph);
  const chosen = <usize>load<u32>(walk, walkChosen);
  if (have > 0) repeatLast(chosen, have);
  for (let i: u32 = 0; i < count && have < most; i++) {
    const slot = load<u32>(slots + i * 4) & ~walked;
    if (isNearerToAny(graph, slot, chosen, have, load<f32>(keys + i * 4))) continue;
    store<u32>(chosen + have * 4, slot);
    repeatLast(chosen, ++have);
  }
  return have;
}

function isNearerToAny(graph: usize, slot: u32, chosen: usize, count: u32, key: f32): bool {
  const metric: u32 = load<u32>(graph, graphMetric);
  if (metric == cosine) return isNearerBy(cosine, graph, slot, chosen, count, key);
  if (metric == euclidean) return isNearerBy(euclidean, graph, slot, chosen, count, key);
  return isNearerBy(dot, graph, slot, chosen, count, key);
}

@inline
function isNearerBy(metric: u32, graph: usize, slot: u32, chosen: usize, count: u32, key: f32): bool {
  const dimension: usize = load<u32>(graph, graphDimension);
  const record = recordOf(graph, slot);
  const limit = f32x4.splat(key);
  for (const end = chosen + count * 4; chosen < end; chosen += 16) {
    const a = recordOf(graph, load<u32>(chosen));
    const b = recordOf(graph, load<u32>(chosen, 4));
    const c = recordOf(graph, load<u32>(chosen, 8));
    const d = recordOf(graph, load<u32>(chosen, 12));
    if (v128.any_true(f32x4.lt(keysToRecord(metric, dimension, record, a, b, c, d), limit))) return true;
  }
  return false;
}
