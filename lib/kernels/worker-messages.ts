import type { SharedMemory, WasmModule } from "./web-assembly.js";

/** What a worker is started with. */
export interface WorkerStart {
  readonly module: WasmModule;
}

/** To a worker: jobs by the arena they are in and their address; memories it has not seen yet come along. */
export interface WorkerRequest {
  readonly memories: readonly { readonly arena: number; readonly memory: SharedMemory }[];
  /** Arena and address of each in turn. */
  readonly jobs: readonly number[];
}

/** From a worker: how each of the jobs stands. */
export type WorkerResponse = readonly number[];
