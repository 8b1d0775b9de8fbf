import type { VectorPlace } from "../../lib/model/vector-place.js";
import type { DataSet } from "./data-sets/data-set.js";
import type { Memory } from "./memory-of.js";

/** What the process of a large store is told. */
export interface ScaleJob {
  readonly task: "load" | "open";
  readonly data: DataSet;
  /** The path of the truth about it. */
  readonly truth: string;
  readonly folder: string;
  readonly vectors: VectorPlace;
  readonly threads: number;
}

/** Of the event loop; a timer of 1 ms is part of each. */
export interface Delay {
  readonly p99: number;
  readonly most: number;
}

export interface LoadedScale {
  readonly entries: number;
  readonly loadSeconds: number;
  readonly linkSeconds: number;
  readonly measureSeconds: number;
  readonly closeSeconds: number;
  readonly delayMs: Delay;
  readonly memory: Memory;
  readonly folderBytes: number;
}

export interface OpenedScale {
  /** Until an exact search was answered. */
  readonly firstMs: number;
  /** Until searches walked. */
  readonly walkedSeconds: number;
  readonly delayMs: Delay;
  readonly memory: Memory;
  readonly rate: number;
  readonly recall: number;
  readonly exactRate: number;
}
