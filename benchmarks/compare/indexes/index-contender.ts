import type { Condition } from "../data-sets/filters.js";
import type { VectorFile } from "../data-sets/vector-file.js";

/** A package that finds vectors, used for the same work as its documentation says. Ids are the places in the file. */
export interface IndexContender {
  /** How it is used, for the reader of a table. */
  readonly how: string;
  /** Puts all vectors into the folder, which is empty; calls `built` once they can be searched, and closes. */
  build(place: Place, vectors: VectorFile, built: WhenBuilt): Promise<void>;
  /** Opens what was built. */
  open(place: Place, vectors: VectorFile): Promise<OpenIndex>;
}

/** With the time by `performance.now()` where that is known; else it is when the process is quiet. */
export type WhenBuilt = (at?: number) => Promise<void>;

export interface Place {
  readonly folder: string;
  readonly kind: Kind;
  /** How many threads it may work with: the calling one, and `threads - 1` beside it where it has such. */
  readonly threads: number;
}

/** `filtered` is approximate, of entries with fields that can be asked for. */
export type Kind = "approximate" | "exact" | "filtered";

/** An index that can be searched. */
export interface OpenIndex<Target = unknown, Answer = unknown> {
  /** What trades speed for recall, the quickest first; one where there is no choice. */
  readonly efforts: readonly Effort<Target, Answer>[];
  /** A question in the shape that the package likes best; made before the clock starts. */
  targetOf(vector: Float32Array): Target;
  idsOf(answer: Answer): number[];
  close(): void | Promise<void>;
}

export interface Effort<Target = unknown, Answer = unknown> {
  readonly label: string;
  /** Before the first of some searches. */
  begin?(): void;
  /** `cellOf` tells the cells of entries to those who have no fields. */
  search(target: Target, condition?: Condition, cellOf?: Uint8Array): Answer | Promise<Answer>;
  /** Some questions in one call, where there is such a call. */
  searchMany?(targets: readonly Target[]): Answer[] | Promise<Answer[]>;
}

/** What HNSW is built with wherever that can be said. */
export const hnsw: { readonly links: number; readonly construction: number } = {
  links: 16,
  construction: 200,
};

/** Candidates that are kept while a graph is searched, wherever that can be said. */
export const beams: readonly number[] = [
  16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1_024, 1_536,
];

/** What we are asked for, who choose how to search by that. */
export const recalls: readonly number[] = [0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 1];
