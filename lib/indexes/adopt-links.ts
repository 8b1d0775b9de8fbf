import { noMemory } from "../kernels/arenas.js";
import { absentSlot, blockSlots, deadSlot } from "../kernels/layout.js";
import type { Graph } from "./graph.js";
import type { Run } from "./run.js";

export interface Adoption {
  /** It reaches all slots below `end`, under the slots' own numbers. */
  readonly graph: Graph;
  readonly runs: readonly Run[];
  /** Slots from here on had nothing. */
  readonly end: number;
  /** Slots with this ordinal or a higher one hold another vector than the lists are of. */
  readonly nextOrdinal: number;
}

/**
 * Makes lists of whatever lies where the slots of a graph have theirs, in small steps: a map of these slots, whose
 * bytes layout.ts explains. No search and no upkeep is in the graph.
 *
 * @throws LIMIT_EXCEEDED
 */
export function* adoptLinks(adoption: Adoption): Generator<undefined, Uint8Array, undefined> {
  const { graph, end } = adoption;
  const { arena, address } = graph;
  const reach = Math.ceil(end / blockSlots) * blockSlots;
  const bytes = reach + blockSlots;
  const map = arena.allocate(bytes, "search");
  if (map === undefined) throw noMemory(bytes);
  try {
    arena.bytes.fill(absentSlot, map, map + reach);
    for (const run of adoption.runs) yield* mapRun(adoption, run, map);
    for (let from = 0; from < reach; from += slotsPerStep) {
      const to = Math.min(reach, from + slotsPerStep);
      arena.kernels.adoptLists(address, map, from, to, reach);
      yield;
    }
    return arena.bytes.slice(map, map + reach);
  } finally {
    arena.free(map, bytes);
  }
}

function* mapRun(
  { graph, end, nextOrdinal }: Adoption,
  run: Run,
  map: number,
): Generator<undefined, void, undefined> {
  const first = run.firstBlock * blockSlots;
  const count = Math.min(run.capacity, end - first);
  for (let index = 0; index < count; index++) {
    if (index % slotsPerStep === slotsPerStep - 1) yield;
    const isEmpty = run.bornAt(index) === Number.POSITIVE_INFINITY;
    if (!isEmpty && run.ordinalOf(index) >= nextOrdinal) continue;
    graph.arena.bytes[map + first + index] = isEmpty ? deadSlot : 0;
  }
  yield;
}

/** Half a megabyte of lists. */
const slotsPerStep = 4_096;
