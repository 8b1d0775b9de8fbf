import type { Arena } from "../kernels/arena.js";
import * as layout from "../kernels/layout.js";
import type { JobVectors } from "../kernels/search-job.js";
import type { Run } from "./run.js";
import type { SlotSelection } from "./slot-selection.js";
import type { Slots } from "./slots.js";

/** What a search looks at in one arena: spans of blocks, or single blocks picked. */
export type SearchUnits = Pick<JobVectors, "arena" | "units" | "picked" | "rows">;

/** Which slots are searched: those within, or all but those without; all of them where neither is given. */
export interface Selected {
  readonly within: SlotSelection | undefined;
  readonly without: SlotSelection | undefined;
}

/** All that is selected, by arena, in `parts` of about the same work each. */
export function unitsOf(slots: Slots, { within, without }: Selected, parts: number): SearchUnits[] {
  const whole = within === undefined ? allBut(slots, without) : within.picks;
  if (parts <= 1) return whole;
  return whole.flatMap((units) => (units.picked ? splitPicks : splitSpans)(units, parts));
}

/** Spans, and of the blocks that hold what is left out the other slots as picks. */
function allBut(slots: Slots, without: SlotSelection | undefined): SearchUnits[] {
  const spans: ByArena = new Map();
  const picks: ByArena = new Map();
  const partly = new Map<Run, number[]>();
  without?.forEachBlock((block, low, high) => {
    const run = slots.runOfBlock(block);
    const within = block - run.firstBlock;
    const { arena, address } = run;
    const found = entryOf(picks, arena);
    found.words.push(address, within, ~low >>> 0, ~high >>> 0);
    found.rows += layout.blockSlots;
    const blocks = partly.get(run);
    if (blocks) blocks.push(within);
    else partly.set(run, [within]);
  });
  for (const run of slots.runs) addSpans(spans, run, partly.get(run) ?? []);
  return [...finish(spans, false), ...finish(picks, true)];
}

/** The blocks of the run from the first to the last used, but those named, which are in order. */
function addSpans(spans: ByArena, run: Run, but: readonly number[]): void {
  const { arena, address } = run;
  const end = Math.ceil(run.used / layout.blockSlots);
  let from = 0;
  for (const to of [...but, end]) {
    if (to > from) {
      const found = entryOf(spans, arena);
      found.words.push(address, from, to, 0);
      found.rows += Math.min(run.used, to * layout.blockSlots) - from * layout.blockSlots;
    }
    from = to + 1;
  }
}

/** Some slots, as bits of their blocks. */
export interface SlotBlocks {
  /** At most so many are there. */
  readonly size: number;
  forEachBlock(visit: (block: number, low: number, high: number) => void): void;
}

/** Those of a set of slots, block by block. */
export function picksOf(slots: Slots, selection: SlotBlocks): SearchUnits[] {
  const byArena: ByArena = new Map();
  selection.forEachBlock((block, low, high) => {
    const run = slots.runOfBlock(block);
    const found = entryOf(byArena, run.arena);
    found.words.push(run.address, block - run.firstBlock, low, high);
    found.rows = Math.min(found.rows + layout.blockSlots, selection.size);
  });
  return finish(byArena, true);
}

type ByArena = Map<Arena, { words: number[]; rows: number }>;

function entryOf(byArena: ByArena, arena: Arena): { words: number[]; rows: number } {
  let entry = byArena.get(arena);
  if (entry === undefined) {
    entry = { words: [], rows: 0 };
    byArena.set(arena, entry);
  }
  return entry;
}

function finish(byArena: ByArena, picked: boolean): SearchUnits[] {
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
