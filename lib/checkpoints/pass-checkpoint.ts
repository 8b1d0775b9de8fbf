import { type PassingSearch, recordsKind, type SlotSection } from "../indexes/vector-index.js";
import type { Checkpoint } from "./checkpoint.js";
import type { CheckpointLayout, SlotChunk } from "./checkpoint-layout.js";

/** So many slots of a checkpoint pass by a search together. */
export function slotsPassingBy({ layout }: Checkpoint): number {
  return partsOf(layout, recordsIn(layout))[0]?.count ?? 0;
}

/**
 * Lets the codes of a checkpoint pass by a search in the order of the file: while some are looked at, the next are read
 * and checked. False where the search cannot tell what is near.
 *
 * @param judged the ordinals of all slots, 0 where nothing lives any more
 * @param pause waited for now and then
 * @throws CORRUPT, what the file system says, what `pause` and `judged` throw; nothing is being read then any more
 */
export async function passCheckpoint(
  checkpoint: Checkpoint,
  search: PassingSearch,
  judged: Promise<Float64Array>,
  pause: () => Promise<void> | undefined,
): Promise<boolean> {
  const { layout } = checkpoint;
  const section = recordsIn(layout);
  const parts = partsOf(layout, section);
  const { windows } = search;
  const reads: Promise<void>[] = [];
  const begin = (number: number): void => {
    const part = parts[number];
    if (part === undefined) return;
    const view = search.view(number % windows, part.count);
    reads[number] = checkpoint.read(section, part.chunks, [view]);
    // Each is waited for in its turn.
    reads[number].catch(() => undefined);
  };
  try {
    for (let number = 0; number < windows; number++) begin(number);
    const ordinals = await judged;
    for (const [number, { first, count }] of parts.entries()) {
      await reads[number];
      if (!search.look(number % windows, ordinals.subarray(first, first + count))) return false;
      begin(number + windows);
      await pause();
    }
    return true;
  } finally {
    await Promise.allSettled(reads);
  }
}

interface Part {
  readonly chunks: readonly SlotChunk[];
  readonly first: number;
  readonly count: number;
}

function recordsIn({ sections }: CheckpointLayout): number {
  return sections.findIndex(({ kind }) => kind === recordsKind);
}

function partsOf({ chunks, sections }: CheckpointLayout, section: number): Part[] {
  const { bytesPerSlot } = sections[section] as SlotSection;
  const step = Math.max(1, Math.floor(partBytes / ((chunks[0]?.count ?? 1) * bytesPerSlot)));
  const parts: Part[] = [];
  for (let at = 0; at < chunks.length; at += step) {
    const some = chunks.slice(at, at + step);
    const count = some.reduce((sum, chunk) => sum + chunk.count, 0);
    parts.push({ chunks: some, first: some[0]?.first ?? 0, count });
  }
  return parts;
}

/** Little enough to be still in the processor's caches when it is looked at. */
const partBytes = 1024 * 1024;
