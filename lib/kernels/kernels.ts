import { kernelsBase64 } from "./generated/kernels.js";
import { type SharedMemory, type WasmModule, webAssembly } from "./web-assembly.js";

/** The kernels of one shared memory, on one thread. Addresses are bytes from the start of the memory. */
export interface Kernels {
  /** Lays out an empty run of `capacity` slots, whose vectors are `stride` bytes apart. */
  layRun(run: number, capacity: number, stride: number): void;
  /** Makes a copied row a slot; `used`: all slots of its block have been used. */
  putSlot(
    run: number,
    index: number,
    dimension: number,
    ordinal: number,
    born: number,
    used: boolean,
  ): void;
  /** Makes slots of `count` copied rows and ordinals; the first `used` slots of the run are used then. */
  putSlots(
    run: number,
    first: number,
    count: number,
    dimension: number,
    born: number,
    used: number,
  ): void;
  /** 0 when it was dead by then already. */
  killSlot(run: number, index: number, died: number): number;
  /** Readies the targets of a job. */
  prepare(job: number): void;
  /** Takes a job further: `unfinished`, `finished` or `hungry` of layout.ts. */
  advance(job: number, budget: number): number;
  move(to: number, from: number, bytes: number): void;
  /** The sum of the dot products with the first `count` rows: the read that searches are measured against. */
  plainRead(query: number, run: number, count: number): number;
}

/** Compiled once a process; workers are given the module. */
export function kernelsModule(): WasmModule {
  compiled ??= new webAssembly.Module(Buffer.from(kernelsBase64, "base64"));
  return compiled;
}

export function instantiate(memory: SharedMemory, module: WasmModule): Kernels {
  return new webAssembly.Instance(module, { env: { memory } }).exports as Kernels;
}

let compiled: WasmModule | undefined;
