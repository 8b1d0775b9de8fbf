import { AhnlichError, closedError } from "../model/errors.js";
import { Arena } from "./arena.js";
import { Extents } from "./extents.js";

/** An extent and where it lies. */
export interface Place {
  readonly arena: Arena;
  readonly address: number;
  readonly bytes: number;
}

/** The memories of one engine, made when the first vector comes; another only when those there are full. */
export class Arenas {
  readonly #memoryBytes: number;
  readonly #arenas: Arena[] = [];
  #bytes = 0;
  #closed = false;

  constructor(memoryBytes: number) {
    this.#memoryBytes = memoryBytes;
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
    if (this.#closed) throw closedError();
    const size = Extents.sizeFor(bytes);
    if (this.#bytes + size > this.#memoryBytes) {
      throw new AhnlichError(
        "LIMIT_EXCEEDED",
        `vectors: ${this.#bytes + size} bytes of memory are above the limit of ${this.#memoryBytes}`,
        { details: { limit: "memoryBytes", bound: this.#memoryBytes, got: this.#bytes + size } },
      );
    }
    const place = this.#find(size);
    this.#bytes += size;
    return place;
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

  #find(bytes: number): Place {
    for (const arena of this.#arenas) {
      const address = arena.allocate(bytes, "vectors");
      if (address !== undefined) return { arena, address, bytes };
    }
    const arena = this.#add();
    const address = arena.allocate(bytes, "vectors");
    if (address === undefined) throw noMemory(bytes);
    return { arena, address, bytes };
  }

  #add(): Arena {
    try {
      const arena = new Arena(this.#arenas.length);
      this.#arenas.push(arena);
      return arena;
    } catch (cause) {
      throw noMemory(0, cause);
    }
  }
}

export function noMemory(bytes: number, cause?: unknown): AhnlichError {
  return new AhnlichError(
    "LIMIT_EXCEEDED",
    `the system gives no more memory: ${bytes} bytes asked for`,
    { cause },
  );
}
