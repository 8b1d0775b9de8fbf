import { AhnlichError, closedError } from "../model/errors.js";
import { Arena } from "./arena.js";
import { Extents } from "./extents.js";
import { bestKernels, type KernelsKind, kernelsModule } from "./kernels.js";
import type { WasmModule } from "./web-assembly.js";

/** An extent and where it lies. */
export interface Place {
  readonly arena: Arena;
  readonly address: number;
  readonly bytes: number;
}

/** The memories of one engine, made when the first vector comes; another only when those there are full. */
export class Arenas {
  readonly memoryBytes: number;
  readonly #module: WasmModule;
  readonly #arenas: Arena[] = [];
  #bytes = 0;
  #closed = false;

  constructor(memoryBytes: number, kernels: KernelsKind = bestKernels()) {
    this.memoryBytes = memoryBytes;
    this.#module = kernelsModule(kernels);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Bytes of all places taken. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @throws LIMIT_EXCEEDED when the memory is not to be had or not allowed, CLOSED */
  take(bytes: number): Place {
    return this.takeTogether([bytes])[0];
  }

  /** Several places in one memory. @throws as `take`; nothing is taken then */
  takeTogether(sizes: readonly number[]): Place[] {
    if (this.#closed) throw closedError();
    const total = sizes.reduce((sum, bytes) => sum + Extents.sizeFor(bytes), 0);
    if (this.#bytes + total > this.memoryBytes) {
      throw new AhnlichError(
        "LIMIT_EXCEEDED",
        `vectors: ${this.#bytes + total} bytes of memory are above the limit of ${this.memoryBytes}`,
        { details: { limit: "memoryBytes", bound: this.memoryBytes, got: this.#bytes + total } },
      );
    }
    const places = this.#find(sizes);
    this.#bytes += total;
    return places;
  }

  /** A place in this memory; undefined where there is none, or it is not allowed. */
  takeIn(arena: Arena, asked: number): Place | undefined {
    const bytes = Extents.sizeFor(asked);
    if (this.#closed || this.#bytes + bytes > this.memoryBytes) return undefined;
    const address = arena.allocate(bytes, "vectors");
    if (address === undefined) return undefined;
    this.#bytes += bytes;
    return { arena, address, bytes };
  }

  give(place: Place): void {
    if (this.#closed) return;
    this.#bytes -= place.bytes;
    place.arena.free(place.address, place.bytes);
  }

  /** Nothing uses the memories any more, on any thread. */
  close(): void {
    this.#closed = true;
    for (const arena of this.#arenas) arena.retire();
    this.#arenas.length = 0;
    this.#bytes = 0;
  }

  #find(sizes: readonly number[]): Place[] {
    for (const arena of this.#arenas) {
      const places = allocate(arena, sizes);
      if (places !== undefined) return places;
    }
    const places = allocate(this.#add(), sizes);
    if (places === undefined) throw noMemory(Math.max(...sizes));
    return places;
  }

  #add(): Arena {
    try {
      const arena = new Arena(this.#arenas.length, this.#module);
      this.#arenas.push(arena);
      return arena;
    } catch (cause) {
      throw noMemory(0, cause);
    }
  }
}

/** All or none. */
function allocate(arena: Arena, sizes: readonly number[]): Place[] | undefined {
  const places: Place[] = [];
  for (const asked of sizes) {
    const bytes = Extents.sizeFor(asked);
    const address = arena.allocate(bytes, "vectors");
    if (address === undefined) {
      for (const place of places) arena.free(place.address, place.bytes);
      return undefined;
    }
    places.push({ arena, address, bytes });
  }
  return places;
}

export function noMemory(bytes: number, cause?: unknown): AhnlichError {
  return new AhnlichError(
    "LIMIT_EXCEEDED",
    `the system gives no more memory: ${bytes} bytes asked for`,
    { cause },
  );
}
