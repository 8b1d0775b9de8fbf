import {
  blockBorn,
  blockBytes,
  blockDied,
  blockSlots,
  runBlocks,
  runBorn,
  runCapacity,
  runDied,
  runFirstBlock,
  runHasRows,
  runHeaderBytes,
  runOrdinals,
  runRecords,
  runRecordStride,
  runRows,
  runStride,
} from "../layout";
import { encodeRow } from "./encode";

/**
 * Slots are written by one thread while others search. A search at sequence s never sees what is born after
 * s, and a slot is taken again only when its death is at or before every s that runs or comes. Readers look
 * at a death before they look at the birth, the writer writes a birth before it takes back the death: whoever
 * sees the new death sees the new birth. The atomic accesses keep that order on every processor.
 */

/** Lays out an empty run over the extent at `run`; the rows are another extent. */
export function layRun(run: usize, rows: usize, capacity: u32, stride: u32, recordStride: u32): void {
  const records = run + runHeaderBytes;
  const born = records + capacity * recordStride;
  const died = born + capacity * 8;
  const ordinals = died + capacity * 8;
  const blocks = (ordinals + capacity * 8 + 15) & ~15;
  store<u32>(run, rows, runRows);
  store<u32>(run, records, runRecords);
  store<u32>(run, born, runBorn);
  store<u32>(run, died, runDied);
  store<u32>(run, ordinals, runOrdinals);
  store<u32>(run, blocks, runBlocks);
  store<u32>(run, capacity, runCapacity);
  store<u32>(run, stride, runStride);
  store<u32>(run, recordStride, runRecordStride);
  store<u32>(run, 1, runHasRows);
  store<i32>(run, -1, runFirstBlock);
  for (let i: u32 = 0; i < capacity; i++) {
    store<f64>(born + i * 8, Infinity);
    store<f64>(died + i * 8, Infinity);
  }
  for (let first: u32 = 0, at = blocks; first < capacity; first += blockSlots, at += blockBytes) {
    store<f64>(at, Infinity, blockDied);
    store<f64>(at, Infinity, blockBorn);
  }
}

/** The row is copied already; `used` says that no slot of its block is unused any more. */
export function putSlot(
  run: usize,
  index: u32,
  dimension: u32,
  ordinal: f64,
  born: f64,
  used: bool,
): void {
  encode(run, index, dimension);
  store<f64>(<usize>load<u32>(run, runOrdinals) + index * 8, ordinal);
  setTime(<usize>load<u32>(run, runBorn) + index * 8, born);
  const block = blockOf(run, index);
  if (time(block + blockBorn) < born) setTime(block + blockBorn, born);
  setTime(<usize>load<u32>(run, runDied) + index * 8, Infinity);
  if (used) settle(run, block, (index / blockSlots) * blockSlots);
}

/**
 * Makes slots of `count` rows that are copied already, as their ordinals are, and that no search has seen; of the
 * run the first `used` slots are used then.
 */
export function putSlots(
  run: usize,
  first: u32,
  count: u32,
  dimension: u32,
  born: f64,
  used: u32,
): void {
  const births: usize = load<u32>(run, runBorn);
  const end = first + count;
  for (let index = first; index < end; index++) {
    encode(run, index, dimension);
    setTime(births + index * 8, born);
  }
  const isFull = used == load<u32>(run, runCapacity);
  for (let slot = first & ~(blockSlots - 1); slot < end; slot += blockSlots) {
    if (isFull || slot + blockSlots <= used) settle(run, blockOf(run, slot), slot);
  }
}

@inline
function encode(run: usize, index: u32, dimension: u32): void {
  const stride: u32 = load<u32>(run, runStride);
  const row = <usize>load<u32>(run, runRows) + index * stride;
  for (let at: u32 = dimension * 4; at < stride; at += 4) store<f32>(row + at, 0);
  encodeRow(run, index, row, stride, dimension);
}

/** False when it was dead by then already. */
export function killSlot(run: usize, index: u32, died: f64): bool {
  const at = <usize>load<u32>(run, runDied) + index * 8;
  if (time(at) <= died) return false;
  setTime(at, died);
  const block = blockOf(run, index);
  if (time(block + blockDied) > died) setTime(block + blockDied, died);
  return true;
}

/** Which slots of the block a search at `sequence` sees. In the common case two comparisons tell. */
export function visible(run: usize, block: u32, sequence: f64): u64 {
  const header = <usize>load<u32>(run, runBlocks) + block * blockBytes;
  const first = block * blockSlots;
  const count = min<u32>(blockSlots, load<u32>(run, runCapacity) - first);
  if (time(header + blockDied) > sequence && time(header + blockBorn) <= sequence) {
    return u64(-1) >> (64 - count);
  }
  const born = <usize>load<u32>(run, runBorn) + first * 8;
  const died = <usize>load<u32>(run, runDied) + first * 8;
  let mask: u64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const dies = time(died + i * 8);
    const seen = i32(dies > sequence) & i32(time(born + i * 8) <= sequence);
    mask |= u64(seen) << i;
  }
  return mask;
}

/** Whether a search at `sequence` sees this slot. */
@inline
export function isVisible(run: usize, index: u32, sequence: f64): bool {
  if (time(<usize>load<u32>(run, runDied) + index * 8) <= sequence) return false;
  return time(<usize>load<u32>(run, runBorn) + index * 8) <= sequence;
}

/** Counts anew when the first of the block dies and the last is born. */
function settle(run: usize, block: usize, first: u32): void {
  const end = min<u32>(first + blockSlots, load<u32>(run, runCapacity));
  const born = <usize>load<u32>(run, runBorn);
  const died = <usize>load<u32>(run, runDied);
  let last = -Infinity;
  let earliest = Infinity;
  for (let i = first; i < end; i++) {
    last = max(last, load<f64>(born + i * 8));
    earliest = min(earliest, load<f64>(died + i * 8));
  }
  setTime(block + blockBorn, last);
  setTime(block + blockDied, earliest);
}

@inline
function blockOf(run: usize, index: u32): usize {
  return <usize>load<u32>(run, runBlocks) + (index / blockSlots) * blockBytes;
}

@inline
function time(at: usize): f64 {
  return reinterpret<f64>(atomic.load<u64>(at));
}

@inline
function setTime(at: usize, value: f64): void {
  atomic.store<u64>(at, reinterpret<u64>(value));
}
