import {
  cosine,
  dot,
  euclidean,
  graphMetric,
  graphRecordStride,
  recordCode,
  recordNorm,
  recordScale,
  walkChosen,
  walked,
  walkGraph,
} from "../layout";
import { recordOf } from "./graph";
import { keysOfSlots } from "./nearness";
import { repeatLast } from "./walk";

/**
 * Chooses the neighbours of `slot`: of candidates in the order of their keys to it, those that are nearer to it than to
 * any that was chosen before, so that the links lead into all directions (Malkov and Yashunin, 2018, algorithm 4). Equals
 * of the slot lead where it is already, and would crowd out all others: some room is kept for them, and what is left.
 * Adds to the `have` slots that `walkChosen` holds, up to `most`; how many there are then.
 */
export function choose(
  walk: usize,
  slot: u32,
  keys: usize,
  slots: usize,
  count: u32,
  have: u32,
  most: u32,
): u32 {
  const graph = <usize>load<u32>(walk, walkGraph);
  const chosen = <usize>load<u32>(walk, walkChosen);
  const equals = countEquals(graph, slot, slots, count);
  const mostOthers = most - min(equals, most >> 2);
  if (have > 0) repeatLast(chosen, have);
  for (let i: u32 = 0; i < count && have < mostOthers; i++) {
    const other = load<u32>(slots + i * 4) & ~walked;
    if (equals && isEqual(graph, slot, other)) continue;
    if (isNearerToAny(graph, other, chosen, have, load<f32>(keys + i * 4))) continue;
    store<u32>(chosen + have * 4, other);
    repeatLast(chosen, ++have);
  }
  for (let i: u32 = 0; equals && i < count && have < most; i++) {
    const other = load<u32>(slots + i * 4) & ~walked;
    if (!isEqual(graph, slot, other)) continue;
    store<u32>(chosen + have * 4, other);
    repeatLast(chosen, ++have);
  }
  return have;
}

function countEquals(graph: usize, slot: u32, slots: usize, count: u32): u32 {
  let equals: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    equals += u32(isEqual(graph, slot, load<u32>(slots + i * 4) & ~walked));
  }
  return equals;
}

/** Whether all keys to the two are the same. */
@inline
function isEqual(graph: usize, a: u32, b: u32): bool {
  const one = recordOf(graph, a);
  const other = recordOf(graph, b);
  if (load<f32>(one, recordScale) != load<f32>(other, recordScale)) return false;
  if (load<u32>(graph, graphMetric) != cosine) {
    if (load<f32>(one, recordNorm) != load<f32>(other, recordNorm)) return false;
  }
  const bytes = <usize>load<u32>(graph, graphRecordStride) - recordCode;
  return memory.compare(one + recordCode, other + recordCode, bytes) == 0;
}

function isNearerToAny(graph: usize, slot: u32, chosen: usize, count: u32, key: f32): bool {
  const metric: u32 = load<u32>(graph, graphMetric);
  if (metric == cosine) return isNearerBy(cosine, graph, slot, chosen, count, key);
  if (metric == euclidean) return isNearerBy(euclidean, graph, slot, chosen, count, key);
  return isNearerBy(dot, graph, slot, chosen, count, key);
}

@inline
function isNearerBy(metric: u32, graph: usize, slot: u32, chosen: usize, count: u32, key: f32): bool {
  const record = recordOf(graph, slot);
  const limit = f32x4.splat(key);
  for (const end = chosen + count * 4; chosen < end; chosen += 16) {
    if (v128.any_true(f32x4.lt(keysOfSlots(metric, graph, record, chosen), limit))) return true;
  }
  return false;
}
