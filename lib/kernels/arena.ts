import { Extents } from "./extents.js";
import { instantiate, type Kernels } from "./kernels.js";
import { Scratch } from "./scratch.js";
import { type SharedMemory, type WasmModule, webAssembly } from "./web-assembly.js";

/**
 * One shared memory of up to 4 GiB, handed out as extents. All reading and writing from JavaScript goes
 * through the views below: they are renewed when the memory grows, so nobody keeps them across an allocation.
 */
export class Arena {
  readonly id: number;
  readonly memory: SharedMemory;
  /** What works in this memory, on every thread. */
  readonly module: WasmModule;
  readonly kernels: Kernels;
  /** What jobs take for as long as they go on. */
  readonly scratch: Scratch;
  readonly #extents: Extents;
  #views: Views;

  constructor(id: number, module: WasmModule) {
    this.id = id;
    this.module = module;
    this.memory = takeMemory();
    this.#views = viewsOf(this.memory);
    this.kernels = instantiate(this.memory, module);
    this.#extents = new Extents(reservedBytes, this.memory.buffer.byteLength, (from, to) =>
      this.#grow(from, to),
    );
    this.scratch = new Scratch(
      (bytes) => this.allocate(bytes, "search"),
      (address, bytes) => this.free(address, bytes),
    );
  }

  get bytes(): Uint8Array {
    return this.#views.bytes;
  }
  get words(): Uint32Array {
    return this.#views.words;
  }
  get floats(): Float32Array {
    return this.#views.floats;
  }
  get doubles(): Float64Array {
    return this.#views.doubles;
  }

  /** The address of an extent; undefined when the arena is full. Vectors leave some room to searches. */
  allocate(bytes: number, use: "vectors" | "search"): number | undefined {
    return this.#extents.allocate(bytes, use === "vectors" ? vectorsEnd : arenaEnd);
  }

  free(address: number, bytes: number): void {
    this.#extents.free(address, bytes);
  }

  /** Nothing reads or writes it any more, on any thread. */
  retire(): void {
    giveMemory(this.memory);
  }

  #grow(from: number, to: number): boolean {
    try {
      this.memory.grow((to - from) / pageBytes);
    } catch {
      return false;
    }
    this.#views = viewsOf(this.memory);
    return true;
  }
}

interface Views {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
}

function viewsOf({ buffer }: SharedMemory): Views {
  return {
    bytes: new Uint8Array(buffer),
    words: new Uint32Array(buffer),
    floats: new Float32Array(buffer),
    doubles: new Float64Array(buffer),
  };
}

/**
 * A memory reserves some 10 GiB of addresses until the garbage collector finds it, so engines that come and go
 * pass a few small ones on. What a memory held before is never read: a slot is written before it is born.
 */
function takeMemory(): SharedMemory {
  const initial = 1;
  return (
    idle.pop() ?? new webAssembly.Memory({ initial, maximum: arenaEnd / pageBytes, shared: true })
  );
}

function giveMemory(memory: SharedMemory): void {
  if (idle.length < idleMax && memory.buffer.byteLength <= idleBytesMax) idle.push(memory);
}

const idle: SharedMemory[] = [];
const idleMax = 4;
const idleBytesMax = 8 * 1024 * 1024;
const pageBytes = 64 * 1024;
/** Address 0 stands for nothing; and the end of the last extent must be below 2^32. */
const reservedBytes = 16 * 1024;
const arenaEnd = 65_535 * pageBytes;
const vectorsEnd = arenaEnd - 256 * 1024 * 1024;
