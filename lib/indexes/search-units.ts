import type { Arena } from "../kernels/arena.js";
import * as layout from "../kernels/layout.js";
import type { JobVectors } from "../kernels/search-job.js";
import type { SlotSelection } from "./slot-selection.js";
import type { Slots } from "./slots.js";

/** What a search looks at in one arena: spans of blocks, or single blocks picked. */
export type SearchUnits = Pick<JobVectors, "arena" | "units" | "picked" | "rows">;

/** All that is selected, by arena, in `parts` of about the same work each. */
export function unitsOf(
  slots: Slots,
  selection: SlotSelection | undefined,
  parts: number,
): SearchUnits[] {
  const whole = selection === undefined ? spansOf(slots) : picksOf(slots, selection);
  if (parts <= 1) return whole;
  return whole.flatMap((units) => (units.picked ? splitPicks : splitSpans)(units, parts));
}

function spansOf({ runs }: Slots): SearchUnits[] {
  const byArena = new Map<Arena, { words: number[]; rows: number }>();
  for (const run of runs) {
    const { arena, address } = run.place;
    const found = entryOf(byArena, arena);
    found.words.push(address, 0, Math.ceil(run.used / layout.blockSlots), 0);
    found.rows += run.used;
  }
  return finish(byArena, false);
}

function picksOf(slots: Slots, selection: SlotSelection): SearchUnits[] {
  const byArena = new Map<Arena, { words: number[]; rows: number }>();
  selection.forEachBlock((block, low, high) => {
    const run = slots.runOfBlock(block);
    const found = entryOf(byArena, run.place.arena);
    found.words.push(run.place.address, block - run.firstBlock, low, high);
    found.rows = Math.min(found.rows + layout.blockSlots, selection.size);
  });
  return finish(byArena, true);
}

function entryOf(
  byArena: Map<Arena, { words: number[]; rows: number }>,
  arena: Arena,
): { words: number[]; rows: number } {
  let entry = byArena.get(arena);
  if (entry === undefined) {
    entry = { words: [], rows: 0 };
    byArena.set(arena, entry);
  }
  return entry;
}

function finish(
  byArena: Map<Arena, { words: number[]; rows: number }>,
  picked: boolean,
): SearchUnits[] {
  return [...byArena].map(([arena, { words, rows }]) => {
    return { arena, units: Uint32Array.from(words), picked, rows };
  });
}

function splitPicks({ arena, units, rows }: SearchUnits, parts: number): SearchUnits[] {
  const size = Math.max(1, Math.ceil(units.length / 4 / parts)) * 4;
  const split: SearchUnits[] = [];
  for (let at = 0; at < units.length; at += size) {
    const part = units.subarray(at, at + size);
    const most = (part.length / 4) * layout.blockSlots;
    split.push({ arena, units: part, picked: true, rows: Math.min(rows, most) });
  }
  return split;
}

/** Cuts the spans where a part has its share of the blocks. */
function splitSpans({ arena, units, rows }: SearchUnits, parts: number): SearchUnits[] {
  let blocks = 0;
  for (let i = 0; i < units.length; i += 4) blocks += units[i + 2];
  const share = Math.max(1, Math.ceil(blocks / parts));
  const split: SearchUnits[] = [];
  let words: number[] = [];
  let left = share;
  const close = (): void => {
    const most = (share - left) * layout.blockSlots;
    split.push({
      arena,
      units: Uint32Array.from(words),
      picked: false,
      rows: Math.min(rows, most),
    });
    words = [];
    left = share;
  };
  for (let i = 0; i < units.length; i += 4) {
    let from = 0;
    while (from < units[i + 2]) {
      const to = Math.min(units[i + 2], from + left);
      words.push(units[i], from, to, 0);
      left -= to - from;
      from = to;
      if (left === 0) close();
    }
  }
  if (words.length > 0) close();
  return split;
}
