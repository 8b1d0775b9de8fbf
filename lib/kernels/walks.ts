import type { Arena } from "./arena.js";
import { noMemory } from "./arenas.js";
import * as layout from "./layout.js";

/** The memory of a walk through a graph, for one job at a time. */
export interface Walk {
  readonly address: number;
  readonly bytes: number;
  /** It can come to the slots below this. */
  readonly slots: number;
  /** The most that its pool keeps. */
  readonly width: number;
}

/** The walks through one graph: what each has seen takes a byte a slot, so they are used again and again. */
export class Walks {
  readonly #arena: Arena;
  readonly #graph: number;
  readonly #idle: Walk[] = [];
  #idleBytes = 0;

  constructor(arena: Arena, graph: number) {
    this.#arena = arena;
    this.#graph = graph;
  }

  /** One that can come to all of the first `slots` slots. @throws LIMIT_EXCEEDED */
  take(slots: number, width: number): Walk {
    for (;;) {
      const walk = this.#takeIdle() ?? this.#make(slots, width);
      if (walk.slots >= slots && walk.width >= width) {
        this.#arena.words[(walk.address + layout.walkWidth) >>> 2] = width;
        return walk;
      }
      this.#free(walk);
    }
  }

  give(walk: Walk): void {
    const isKept = this.#idle.length < idleMin || this.#idleBytes + walk.bytes <= idleBytesMax;
    if (!isKept) {
      this.#free(walk);
      return;
    }
    this.#idle.push(walk);
    this.#idleBytes += walk.bytes;
  }

  /** Nobody uses those that were given back. */
  free(): void {
    for (const walk of this.#idle) this.#free(walk);
    this.#idle.length = 0;
    this.#idleBytes = 0;
  }

  #takeIdle(): Walk | undefined {
    const walk = this.#idle.pop();
    if (walk !== undefined) this.#idleBytes -= walk.bytes;
    return walk;
  }

  #free({ address, bytes }: Walk): void {
    this.#arena.free(address, bytes);
  }

  /** For more than was asked for, as both grow. */
  #make(wantedSlots: number, wantedWidth: number): Walk {
    const slots = Math.ceil((wantedSlots * 1.25) / 1024) * 1024;
    const width = Math.max(widthMin, 2 ** Math.ceil(Math.log2(wantedWidth)));
    const poolBytes = Math.ceil(width / 16) * 64 + 128;
    const otherBytes = (layout.otherWidth + 1) * 4 + 128;
    const sizes = {
      [layout.walkKeys]: poolBytes,
      [layout.walkSlots]: poolBytes,
      [layout.walkOtherKeys]: otherBytes,
      [layout.walkOtherSlots]: otherBytes,
      [layout.walkChosen]: 512,
      [layout.walkRepair]: otherBytes,
      [layout.walkSeen]: slots + 64,
    };
    const bytes = headerBytes + Object.values(sizes).reduce((sum, size) => sum + size, 0);
    const address = this.#arena.allocate(bytes, "search");
    if (address === undefined) throw noMemory(bytes);
    this.#arena.bytes.fill(0, address, address + bytes);
    let at = address + headerBytes;
    for (const [field, size] of Object.entries(sizes)) {
      this.#set(address, Number(field), at);
      at += size;
    }
    this.#set(address, layout.walkGraph, this.#graph);
    this.#set(address, layout.walkSlotsMax, slots);
    return { address, bytes, slots, width };
  }

  #set(walk: number, field: number, value: number): void {
    this.#arena.words[(walk + field) >>> 2] = value;
  }
}

const headerBytes = Math.ceil(layout.walkBytes / 64) * 64;
/** As many as threads have one at a time. */
const idleMin = 4;
/** Of the walks of small searches, which go to a thread in batches: to make one takes as long as a part of a walk. */
const idleBytesMax = 8 * 1024 * 1024;
const widthMin = 64;
