import type { InjectionToken } from "tsyringe";
import type { VectorSource } from "../kernels/vector-source.js";
import type { Metric } from "../model/metric.js";
import type { Beam } from "./beam.js";

/** Makes the vector index of each store of one engine, all in the engine's own memory and workers. */
export interface VectorIndexes {
  /** @param rows - where its float32 rows are; it keeps them itself where this is absent */
  create(dimension: number, metric?: Metric, rows?: StoredRows): VectorIndex;
  /**
   * Begins a search by codes that are not in memory and do not stay; `slots` are looked at together. Absent where there
   * are no codes.
   *
   * @throws LIMIT_EXCEEDED, CLOSED
   */
  pass?(search: PassingTarget, slots: number): PassingSearch;
  /** What one vector of this dimension takes in memory. */
  bytesPerEntry(dimension: number): number;
  /** Bytes taken by all of them. */
  readonly bytes: number;
  readonly threads: number;
  /** Ends the workers; searches under way are rejected with CLOSED. */
  close(): Promise<void>;
}

export const VectorIndexes: InjectionToken<VectorIndexes> = Symbol("VectorIndexes");

/** What is searched for in vectors that pass by. */
export interface PassingTarget
  extends Pick<IndexSearch, "metric" | "limit" | "maxDistance" | "sequence"> {
  readonly target: Float32Array;
}

/**
 * A search by codes that are written to windows, looked at, and written over: so that nothing but the windows need be
 * in memory before it is answered. What it finds are candidates: who has their vectors knows which are the nearest.
 */
export interface PassingSearch {
  /** To be written to in turn. */
  readonly windows: number;
  /** Where the records of the first so many slots of a window go. */
  view(window: number, count: number): Uint8Array;
  /** Looks at a window: its slots hold these ordinals, or nothing (0). False where codes cannot tell what is near. */
  look(window: number, ordinals: Float64Array): boolean;
  /** All that may be among the nearest of those that were looked at, and some more. */
  readonly candidates: Float64Array;
  /** Nobody writes to its windows any more. */
  close(): void;
}

/** Where the float32 rows of an index are that keeps none in memory. */
export interface StoredRows {
  /** What is there now, and stays there until it is disposed of. */
  acquire(): SeenRows;
}

export interface SeenRows extends Disposable {
  /** They are those of a search at that sequence. */
  readonly sequence: number;
  readonly source: VectorSource;
}

/**
 * The vectors of one store, searched. A vector lives under an ordinal, a number below 2^48 that is never
 * used twice, from the sequence it is born at up to the one it dies at: a search at sequence s sees what has
 * born <= s < died, whatever is added or killed meanwhile.
 */
export interface VectorIndex {
  /** Its slots as bytes; absent where it has none that could be kept. */
  readonly image?: SlotImage;
  /** What searches walk through; absent where it has nothing of that kind. */
  readonly graph?: GraphState;
  /** Vectors held, dead ones included that a search may still see. */
  readonly size: number;
  readonly bytes: number;
  /**
   * Copies the vector: floats, or little-endian float32 bytes at any alignment. `born` is above the sequence of every
   * search that runs.
   *
   * @throws DIMENSION_MISMATCH, LIMIT_EXCEEDED when there is no memory for it, CLOSED; nothing is changed then
   */
  add(ordinal: number, vector: Float32Array | Uint8Array, born: number): void;
  /** As `add` for every vector of the block in turn; when it throws, some of them may have been added. */
  addBlock(block: VectorBlock, born: number): void;
  /** Whether it holds a vector under this ordinal, dead or not. */
  has(ordinal: number): boolean;
  /** The vector of that ordinal is not seen from `died` on; unknown ordinals are ignored. */
  kill(ordinal: number, died: number): void;
  /** No search below `sequence` runs or will come: what died at or before it may be overwritten. */
  reclaim(sequence: number): void;
  /** A selection of ordinals to search within or without, empty at first. */
  select(): Selection;
  /**
   * Targets and selection are not copied: they stay as they are until the answer is there.
   *
   * @throws ABORTED, TIMEOUT (the signal's reason where that is an AhnlichError), CLOSED, BUSY when too many
   * wait, LIMIT_EXCEEDED when there is no memory for it, INTERNAL when its worker ended
   */
  search(request: IndexSearch, signal?: AbortSignal): Promise<Nearest[]>;
  /**
   * What a search at `sequence` looks at, in no order. Vectors may be added and killed while it is walked through,
   * as long as nothing is reclaimed that the search would see.
   */
  seenAt(sequence: number): Iterable<SeenVector>;
  /** Gives its memory back once no search runs. */
  close(): void;
}

export interface GraphState {
  /** Vectors that walks find, dead ones included that are still linked. */
  readonly linked: number;
  /** The recall of searches at present, where it was measured. */
  readonly recall: number | undefined;
}

/**
 * The slots of one index as bytes, so that they can be kept elsewhere and taken by another index of the same dimension,
 * each in the same place. All slots lie in one row, the unused and the dead among them; the first so many lie alike
 * in every index.
 */
export interface SlotImage {
  /** What each slot has beside its ordinal. */
  readonly sections: readonly SlotSection[];
  /** What may be kept of them besides; absent where there is nothing of that kind. */
  readonly links?: SlotLinks;
  /** Slots used so far. */
  readonly used: number;
  /** How many slots from that one on lie in one piece. */
  pieceAt(slot: number): number;
  /** The ordinals of slots of one piece, 0 where nothing lives now. */
  ordinals(first: number, count: number): Float64Array<ArrayBuffer>;
  /**
   * A section, those of the links behind the others, of slots of one piece: a view, which is good for as long as the
   * index is open.
   */
  view(section: number, first: number, count: number): Uint8Array;
  /**
   * Makes room for so many slots, in an index that has never held anything; nothing of it is seen.
   *
   * @throws LIMIT_EXCEEDED
   */
  lay(slots: number, laying?: Laying): void;
  /**
   * Takes what the views of slots that were laid hold, of one piece, once: those with an ordinal were born before every
   * search, those with 0 are free. No search runs.
   */
  take(first: number, ordinals: Float64Array): void;
  /** Drops what was taken of slots of one piece, and that no search has seen: they are free. */
  drop(first: number, count: number): void;
  /** The floats of slots that were laid without; those it does not hold, or whose floats are there, are passed over. */
  putRows(block: VectorBlock): void;
  /** The ordinals in slots that were laid, and whose floats were not put; undefined now and then, to pause. */
  lacking(): Iterable<number | undefined>;
  /**
   * The views of the floats of the first so many slots that were laid hold what they should, or nothing of them lives.
   * For slots whose rows come later; searches may run.
   */
  giveRows(slots: number): void;
  /** Whether the floats of all slots are where they belong, here or elsewhere: until then no slot is used again. */
  readonly hasRows: boolean;
}

/**
 * The links among the slots of an image. Where they are kept beside the slots, and taken over with them, they need not
 * be found again; whatever becomes of them, searches are right.
 */
export interface SlotLinks {
  /** What is kept of each slot for them. */
  readonly sections: readonly SlotSection[];
  /** Whether there are enough to be worth keeping, and nothing is missing of them in the views. */
  readonly areWhole: boolean;
  /** Whether they are waited for. */
  readonly areExpected: boolean;
  /** Whether nothing is left to be linked at present, but a second time. */
  readonly isSettled: boolean;
  /** Slots that came into them or went so far, those taken over left out. */
  readonly changed: number;
  /** Slots that were linked a second time here, when all are: their links are better then. */
  readonly refined: number;
  /** How often searches along them were measured here. */
  readonly measured: number;
  /** Whether they were refined, and what was measured of searches along them, for `adopt`. */
  note(): Uint8Array;
  /**
   * Slots were laid, and until links are adopted or forgone none of them is linked: what the views of the sections will
   * hold is waited for, where links are there, or else only the time to begin. False where it does not wait.
   */
  expect(areThere: boolean): boolean;
  /**
   * Takes over what the views hold, which may be anything, in small steps: what was taken of the slots was, and no slot
   * has been used again since. Slots with that ordinal or a higher one are linked anew.
   *
   * @throws LIMIT_EXCEEDED; they are to be forgone then
   */
  adopt(nextOrdinal: number, note: Uint8Array): Generator<undefined, void, undefined>;
  /** All that lives is linked anew, in the background. In small steps; nothing where they are not waited for. */
  forgo(): Generator<undefined, void, undefined>;
}

export interface Laying {
  /** The floats come after slots were taken, and with `giveRows`; until then searches ask their source for them. */
  readonly rowsLater?: boolean | undefined;
}

/** A part of every slot. */
export interface SlotSection {
  /** What it is, for ever. */
  readonly kind: number;
  readonly bytesPerSlot: number;
}

/** The kind of the section with the codes of vectors, which follow from the vectors. */
export const recordsKind = 1;
/** The kind of the section with the vectors: little-endian float32s, then zeros. */
export const floatsKind = 2;

export interface SeenVector {
  readonly ordinal: number;
  /** Little-endian float32s: a view, valid until the next; undefined while they are not in memory. */
  readonly bytes: Uint8Array | undefined;
}

/** Some vectors of one dimension. */
export interface VectorBlock {
  readonly ordinals: Float64Array;
  /** Little-endian float32, one vector after the other, at an alignment of 4. */
  readonly bytes: Uint8Array;
}

export interface IndexSearch {
  /** Of the index's dimension, finite; one answer each. */
  readonly targets: readonly Float32Array[];
  readonly metric: Metric;
  /** At least 1. */
  readonly limit: number;
  /** At least this share of the true nearest, in the mean over searches: above 0 to 1; 1, exact, where absent. */
  readonly recall?: number | undefined;
  /** What the search sees. */
  readonly sequence: number;
  /** Walks through a graph, where there is one for that, instead of looking at everything. */
  readonly beam?: Beam | undefined;
  readonly maxDistance?: number | undefined;
  /**
   * Of each target the ordinal it is stored under, where it is. A walk passes that by, as if it was not there: it would
   * lead to the very ones that are looked for. Whoever looks at all finds it.
   */
  readonly own?: readonly (number | undefined)[] | undefined;
  /** Those of others go first. */
  readonly isBackground?: boolean | undefined;
  /** Only these, where given. */
  readonly within?: Selection | undefined;
  /** All but these, where given; not together with `within`. */
  readonly without?: Selection | undefined;
  /** Has every vector that the search sees; asked for some where the floats of slots come later, or are elsewhere. */
  readonly source?: VectorSource | undefined;
}

/** Ordinals of one index: what a predicate allows, or what has expired. Those that it does not hold are passed over. */
export interface Selection {
  add(ordinal: number): void;
  readonly size: number;
}

/**
 * The nearest first, by the distances that float64 arithmetic gives. All that tie with the last are there, of those
 * that were found, so there may be more than `limit`: who knows the ids breaks the ties.
 */
export interface Nearest {
  readonly ordinals: Float64Array;
  readonly distances: Float64Array;
  /** `graph` where a part of the vectors was passed over because the graph did not lead there. */
  readonly plan: "exact" | "graph";
  /** Vectors that the target was compared with, each counted once. */
  readonly examined: number;
}
