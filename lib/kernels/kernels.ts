import { relaxedBase64, simdBase64 } from "./generated/kernels.js";
import { type SharedMemory, type WasmModule, webAssembly } from "./web-assembly.js";

/** The kernels of one shared memory, on one thread. Addresses are bytes from the start of the memory. */
export interface Kernels {
  /**
   * Lays out an empty run of `capacity` slots, whose records are `recordStride` bytes apart, and their float32 rows
   * in the extent at `rows` `stride` bytes.
   */
  layRun(run: number, rows: number, capacity: number, stride: number, recordStride: number): void;
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
  /** Takes a job further: `unfinished`, `finished`, `hungry` or `wanting` of layout.ts. */
  advance(job: number, budget: number): number;
  /** Readies a graph whose tables are there and which has no links. */
  layGraph(graph: number): void;
  /** Takes all links from some slots, which nothing links to. */
  emptyLists(graph: number, from: number, count: number): void;
  /**
   * Lets searches begin at a live slot below `end` where the one they begin at is dead by the map; with a map of 0 at
   * any that has links.
   */
  chooseEntry(graph: number, map: number, end: number): void;
  /** Makes lists of what was written there from elsewhere, whatever it is (adopt.ts). */
  adoptLists(graph: number, map: number, from: number, to: number, reach: number): void;
  move(to: number, from: number, bytes: number): void;
  /** Nothing that matters (touch.ts). */
  touchedSoFar(): number;
  /** The sum of the dot products with `count` rows side by side: the read that searches are measured against. */
  plainRead(query: number, rows: number, stride: number, count: number): number;
}

/** One source, compiled for two sets of instructions; a job goes from start to end with one of them. */
export type KernelsKind = "simd" | "relaxed";

/** The best that the runtime has; relaxed SIMD came with Node 22. */
export function bestKernels(): KernelsKind {
  return supportsKernels("relaxed") ? "relaxed" : "simd";
}

export function supportsKernels(kind: KernelsKind): boolean {
  return kind === "simd" || webAssembly.validate(usesRelaxedSimd);
}

/** Compiled once a process; workers are given the module. */
export function kernelsModule(kind: KernelsKind): WasmModule {
  let module = compiled.get(kind);
  if (module === undefined) {
    const binary = kind === "relaxed" ? relaxedBase64 : simdBase64;
    module = new webAssembly.Module(Buffer.from(binary, "base64"));
    compiled.set(kind, module);
  }
  return module;
}

export function instantiate(memory: SharedMemory, module: WasmModule): Kernels {
  return new webAssembly.Instance(module, { env: { memory } }).exports as Kernels;
}

const compiled = new Map<KernelsKind, WasmModule>();

/** A module of one function, of no parameters and no results: dot products of three zeros, dropped. */
const usesRelaxedSimd = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00], // types: of nothing to nothing
  ...[0x03, 0x02, 0x01, 0x00], // functions: one of that type
  ...[0x0a, 0x14, 0x01, 0x12, 0x00], // code: a body of 18 bytes without locals
  ...[0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f], // i8x16.splat of 0, thrice
  ...[0xfd, 0x93, 0x02, 0x1a, 0x0b], // i32x4.relaxed_dot_i8x16_i7x16_add_s, drop, end
);
