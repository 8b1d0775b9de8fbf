/**
 * Hands out extents of one memory: a buddy system of power-of-two sizes, each aligned to its size. A larger
 * free one is split, a freed one is joined with its other half; what is asked for takes the first part of one,
 * and the rest stays free. Knows addresses only, touches no memory.
 */
export class Extents {
  #end: number;
  readonly #grow: (from: number, to: number) => boolean;
  /** Of each order, the addresses of the free extents. */
  readonly #free: Set<number>[] = [];

  /** Bytes from `start` up to `end` are there; `grow` makes more, or returns false. */
  constructor(start: number, end: number, grow: (from: number, to: number) => boolean) {
    for (let order = 0; order <= orderMax; order++) this.#free.push(new Set());
    this.#grow = grow;
    this.#end = end;
    this.#give(start, end);
  }

  /** What `bytes` take. */
  static sizeFor(bytes: number): number {
    return Math.max(1, Math.ceil(bytes / extentMin)) * extentMin;
  }

  get end(): number {
    return this.#end;
  }

  /** An address; undefined where the memory cannot be had below `limit`. */
  allocate(bytes: number, limit: number): number | undefined {
    const order = orderFor(bytes);
    if (order > orderMax) return undefined;
    for (;;) {
      const found = this.#take(order);
      if (found !== undefined) {
        this.#give(found + Extents.sizeFor(bytes), found + sizeOf(order));
        return found;
      }
      if (!this.#extend(sizeOf(order), limit)) return undefined;
    }
  }

  /** `bytes` as they were asked for. */
  free(address: number, bytes: number): void {
    this.#give(address, address + Extents.sizeFor(bytes));
  }

  #take(wanted: number): number | undefined {
    let order = wanted;
    while (order <= orderMax && this.#free[order].size === 0) order++;
    if (order > orderMax) return undefined;
    const [address] = this.#free[order];
    this.#free[order].delete(address);
    while (order > wanted) {
      order--;
      this.#free[order].add(address + sizeOf(order));
    }
    return address;
  }

  /** Doubles the memory while it is small, then grows it in steps; never by less than `size`. */
  #extend(size: number, limit: number): boolean {
    const step = Math.max(size, Math.min(Math.max(this.#end, stepMin), stepMax));
    const end = Math.min(this.#end + Math.ceil(step / pageBytes) * pageBytes, limit);
    if (end <= this.#end || !this.#grow(this.#end, end)) return false;
    const start = this.#end;
    this.#end = end;
    this.#give(start, end);
    return true;
  }

  /** Frees all from `start` up to `end`, as the largest aligned extents that fit. */
  #give(start: number, end: number): void {
    let at = Math.ceil(start / extentMin) * extentMin;
    while (at + extentMin <= end) {
      let order = 0;
      while (order < orderMax && at % sizeOf(order + 1) === 0 && at + sizeOf(order + 1) <= end) {
        order++;
      }
      this.#join(at, order);
      at += sizeOf(order);
    }
  }

  #join(address: number, smallest: number): void {
    let order = smallest;
    let at = address;
    for (; order < orderMax; order++) {
      const size = sizeOf(order);
      const buddy = Math.floor(at / size) % 2 === 0 ? at + size : at - size;
      if (!this.#free[order].delete(buddy)) break;
      at = Math.min(at, buddy);
    }
    this.#free[order].add(at);
  }
}

export const extentMin: number = 4 * 1024;
const orderMax = 18;
const pageBytes = 64 * 1024;
const stepMin = 4 * pageBytes;
const stepMax = 64 * 1024 * 1024;

function sizeOf(order: number): number {
  return extentMin * 2 ** order;
}

function orderFor(bytes: number): number {
  let order = 0;
  while (sizeOf(order) < bytes) order++;
  return order;
}
