import {
  blockSlots,
  cosine,
  dot,
  euclidean,
  graphMetric,
  graphRecords,
  graphRecordStride,
  linksMax,
  upperLinksMax,
  walkCount,
  walked,
  walkEpoch,
  walkExamined,
  walkFresh,
  walkGraph,
  walkKeys,
  walkNext,
  walkRecords,
  walkSeen,
  walkSlots,
  walkSlotsMax,
  walkWidth,
} from "../layout";
import { isSpent, spend } from "./budget";
import { linksOf, lowestLinksOf } from "./graph";
import { keysOfRecords, laneOf } from "./nearness";
import { clear, insertAt, rankOf } from "./pool";
import { heed } from "./touch";

/**
 * Walks through a level of a graph: always to the nearest slot that it has not been at, until none of those that the
 * pool keeps is left (Malkov and Yashunin, 2018, algorithm 2; one pool in place of their two heaps). What a hop comes to
 * is looked at four slots at a time, and touched before, so that the memory brings all of it at once.
 */

/** Begins at a slot; a walk that was there before is over. */
export function beginAt(walk: usize, slot: u32, key: f32): void {
  nextEpoch(walk);
  clear(load<u32>(walk, walkKeys), load<u32>(walk, walkWidth));
  store<f32>(load<u32>(walk, walkKeys), key);
  store<u32>(load<u32>(walk, walkSlots), slot);
  store<u32>(walk, 1, walkCount);
  store<u32>(walk, 0, walkNext);
  see(walk, slot);
}

/** The slot is passed over from now on. What lies beyond `walkSlotsMax` shares a byte, which is seen always. */
@inline
export function see(walk: usize, slot: u32): void {
  const at = min(slot, load<u32>(walk, walkSlotsMax));
  store<u8>(load<u32>(walk, walkSeen) + at, load<u8>(walk, walkEpoch));
}

/** Nothing has been seen. */
export function nextEpoch(walk: usize): void {
  let epoch: u32 = load<u32>(walk, walkEpoch) + 1;
  if (epoch == 256) {
    memory.fill(load<u32>(walk, walkSeen), 0, load<u32>(walk, walkSlotsMax));
    epoch = 1;
  }
  store<u32>(walk, epoch, walkEpoch);
  see(walk, -1);
}

/**
 * Goes on towards an encoded target, at level 0. It ends early where what is next is farther than the nearest `limit`
 * by `slack` of a key. False when the budget was spent before.
 */
export function walkToTarget(walk: usize, limit: u32, slack: f32): bool {
  const metric: u32 = load<u32>(load<u32>(walk, walkGraph), graphMetric);
  if (metric == cosine) return go(cosine, false, walk, 0, linksMax, limit, slack);
  if (metric == euclidean) return go(euclidean, false, walk, 0, linksMax, limit, slack);
  return go(dot, false, walk, 0, linksMax, limit, slack);
}

/** Goes on towards a record, at any level, to the end. */
export function walkToRecord(walk: usize, level: u32): void {
  const metric: u32 = load<u32>(load<u32>(walk, walkGraph), graphMetric);
  if (metric == cosine) goToRecord(cosine, walk, level);
  else if (metric == euclidean) goToRecord(euclidean, walk, level);
  else goToRecord(dot, walk, level);
}

@inline
function goToRecord(metric: u32, walk: usize, level: u32): void {
  const limit: u32 = load<u32>(walk, walkWidth);
  if (level == 0) go(metric, true, walk, 0, linksMax, limit, Infinity);
  else go(metric, true, walk, level, upperLinksMax, limit, Infinity);
}

@inline
function go(
  metric: u32,
  isToRecord: bool,
  walk: usize,
  level: u32,
  room: usize,
  limit: u32,
  slack: f32,
): bool {
  const graph = <usize>load<u32>(walk, walkGraph);
  const stride: u32 = load<u32>(graph, graphRecordStride);
  const keys = <usize>load<u32>(walk, walkKeys);
  const slots = <usize>load<u32>(walk, walkSlots);
  const width: u32 = load<u32>(walk, walkWidth);
  const fresh = walk + walkFresh;
  const last = keys + (width - 1) * 4;
  const nth = keys + (min(limit, width) - 1) * 4;
  let count: u32 = load<u32>(walk, walkCount);
  let next: u32 = load<u32>(walk, walkNext);
  let touched: i32 = 0;
  while (next < count) {
    const slot = load<u32>(slots + next * 4);
    if (slot & walked) {
      next++;
      continue;
    }
    if (load<f32>(keys + next * 4) > load<f32>(nth) + slack) break;
    if (!isToRecord && isSpent()) {
      store<u32>(walk, count, walkCount);
      store<u32>(walk, next, walkNext);
      return false;
    }
    store<u32>(slots + next * 4, slot | walked);
    const list = level == 0 ? lowestLinksOf(graph, slot) : linksOf(graph, slot, level);
    const found = unseen(walk, list, room);
    store<u32>(walk, load<u32>(walk, walkExamined) + found, walkExamined);
    spend(32 + found * ((stride >> 2) + 16));
    next++;
    if (found == 0) continue;
    touched ^= touch(walk, graph, stride, found);
    if (next < count) touched ^= touchList(graph, load<u32>(slots + next * 4) & ~walked, level);
    repeatLast(walk + walkRecords, found);
    for (let i: u32 = 0; i < found; i += 4) {
      const four = fresh + i * 4;
      const near = keysOfRecords(metric, isToRecord, walk, graph, walk + walkRecords + i * 4);
      let passing = i32x4.bitmask(f32x4.lt(near, f32x4.splat(load<f32>(last))));
      if (found - i < 4) passing &= (1 << (found - i)) - 1;
      for (; passing; passing &= passing - 1) {
        const lane = ctz(passing);
        const key = laneOf(near, lane);
        if (key >= load<f32>(last)) continue;
        const rank = rankOf(keys, width, key);
        insertAt(keys, slots, rank, min(count, width - 1), key, load<u32>(four + lane * 4));
        count = min(count + 1, width);
        next = min(next, rank);
      }
    }
  }
  heed(touched);
  store<u32>(walk, count, walkCount);
  store<u32>(walk, count, walkNext);
  return true;
}

/** Copies those of a list that were not seen into `walkFresh`, without a branch; from now on they are. */
@inline
function unseen(walk: usize, list: usize, room: usize): u32 {
  const seen = <usize>load<u32>(walk, walkSeen);
  const most: u32 = load<u32>(walk, walkSlotsMax);
  const epoch: u32 = load<u32>(walk, walkEpoch);
  let to = walk + walkFresh;
  for (const end = list + room * 4; list < end; list += 4) {
    const slot: u32 = load<u32>(list);
    const at = seen + min(slot, most);
    store<u32>(to, slot);
    to += usize(<u32>load<u8>(at) != epoch) * 4;
    store<u8>(at, <u8>epoch);
  }
  return <u32>(to - walk - walkFresh) / 4;
}

/** Four are always looked at; those behind the last are it again. */
@inline
export function repeatLast(list: usize, count: u32): void {
  const last: u32 = load<u32>(list + (count - 1) * 4);
  const end = list + count * 4;
  store<u32>(end, last);
  store<u32>(end, last, 4);
  store<u32>(end, last, 8);
}

/**
 * Writes where the records of a list are into `walkRecords`, and reads a word of every line of each, so that the memory
 * brings all of them at once. The fewer instructions lie between two reads, the more of these are under way: so most
 * records, which take two lines at most, go without a loop of their own.
 */
@inline
function touch(walk: usize, graph: usize, stride: usize, count: u32): i32 {
  let touched: i32 = 0;
  const firsts = <usize>load<u32>(graph, graphRecords);
  let at = walk;
  for (const end = walk + count * 4; at < end; at += 4) {
    const slot = load<u32>(at, walkFresh);
    const first = <usize>load<u32>(firsts + (slot / blockSlots) * 4);
    let line = first + (slot % blockSlots) * stride;
    store<u32>(at, line, walkRecords);
    touched ^= load<i32>(line) ^ load<i32>(line, 64);
    if (stride <= 128) continue;
    const last = line + stride - 128;
    do {
      line += 64;
      touched ^= load<i32>(line, 64);
    } while (line < last);
  }
  return touched;
}

@inline
function touchList(graph: usize, slot: u32, level: u32): i32 {
  const list = level == 0 ? lowestLinksOf(graph, slot) : linksOf(graph, slot, level);
  return load<i32>(list) ^ load<i32>(list, 64);
}
