import {
  cosine,
  dot,
  euclidean,
  graphMetric,
  otherWidth,
  walkGraph,
  walkOtherKeys,
  walkOtherSlots,
} from "../layout";
import { recordOf } from "./graph";
import { keysOfSlots } from "./nearness";
import { clear, insertAt, rankOf } from "./pool";
import { repeatLast } from "./walk";

/** Puts some slots, up to `otherWidth` of them, into a walk's second pool, in the order of their keys to one of them all. */
export function sortByKey(walk: usize, slot: u32, list: usize, count: u32): void {
  const metric: u32 = load<u32>(load<u32>(walk, walkGraph), graphMetric);
  clear(load<u32>(walk, walkOtherKeys), otherWidth);
  if (count == 0) return;
  repeatLast(list, count);
  if (metric == cosine) sortBy(cosine, walk, slot, list, count);
  else if (metric == euclidean) sortBy(euclidean, walk, slot, list, count);
  else sortBy(dot, walk, slot, list, count);
}

@inline
function sortBy(metric: u32, walk: usize, slot: u32, list: usize, count: u32): void {
  const graph = <usize>load<u32>(walk, walkGraph);
  const keys = <usize>load<u32>(walk, walkOtherKeys);
  const slots = <usize>load<u32>(walk, walkOtherSlots);
  const record = recordOf(graph, slot);
  for (let i: u32 = 0; i < count; i += 4) {
    const four = list + i * 4;
    const near = keysOfSlots(metric, graph, record, four);
    insert(keys, slots, i, count, f32x4.extract_lane(near, 0), load<u32>(four));
    insert(keys, slots, i + 1, count, f32x4.extract_lane(near, 1), load<u32>(four, 4));
    insert(keys, slots, i + 2, count, f32x4.extract_lane(near, 2), load<u32>(four, 8));
    insert(keys, slots, i + 3, count, f32x4.extract_lane(near, 3), load<u32>(four, 12));
  }
}

@inline
function insert(keys: usize, slots: usize, index: u32, count: u32, key: f32, slot: u32): void {
  if (index >= count) return;
  insertAt(keys, slots, rankOf(keys, otherWidth, key), index, key, slot);
}
