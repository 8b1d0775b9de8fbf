import type { SharedMemory, WasmModule } from "./web-assembly.js";

/** To a worker: jobs by the arena they are in and their address; memories it has not seen yet come along. */
export interface WorkerRequest {
  readonly memories: readonly WorkerMemory[];
  /** Arena and address of each in turn. */
  readonly jobs: readonly number[];
  readonly sliceMs: number;
}

export interface WorkerMemory {
  readonly arena: number;
  readonly memory: SharedMemory;
  /** What works in it. */
  readonly module: WasmModule;
}

/** From a worker: how each of the jobs stands. */
export type WorkerResponse = readonly number[];

/** From a worker that has begun. */
export type WorkerReady = "ready";
