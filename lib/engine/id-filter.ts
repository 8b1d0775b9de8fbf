/**
 * A set of ids that says of one in a hundred others that it may be among them (Bloom's filter), in two to four bytes
 * an id. It grows by parts, so that no call takes long.
 */
export class IdFilter {
  readonly #parts: Part[] = [];
  #last: Part;
  #size = 0;

  constructor() {
    this.#last = this.#grow(firstCapacity);
  }

  /** How many times an id was added. */
  get size(): number {
    return this.#size;
  }

  add(id: string): void {
    if (this.#last.room === 0) this.#grow(this.#last.capacity * growth);
    const hash = hashOf(id);
    const step = stepOf(hash);
    const { bits, mask } = this.#last;
    for (let i = 0, bit = hash; i < bitsOfId; i++, bit = (bit + step) | 0) {
      bits[(bit & mask) >>> 5] |= 1 << (bit & 31);
    }
    this.#last.room--;
    this.#size++;
  }

  /** False only where it was never added. */
  mayHave(id: string): boolean {
    const hash = hashOf(id);
    const step = stepOf(hash);
    for (const part of this.#parts) if (has(part, hash, step)) return true;
    return false;
  }

  #grow(capacity: number): Part {
    const bits = new Uint32Array((capacity * bitsPerId) / 32);
    this.#last = { bits, mask: bits.length * 32 - 1, capacity, room: capacity };
    this.#parts.push(this.#last);
    return this.#last;
  }
}

interface Part {
  /** A power of two of them. */
  readonly bits: Uint32Array;
  readonly mask: number;
  readonly capacity: number;
  room: number;
}

function has({ bits, mask }: Part, hash: number, step: number): boolean {
  for (let i = 0, bit = hash; i < bitsOfId; i++, bit = (bit + step) | 0) {
    if (((bits[(bit & mask) >>> 5] as number) & (1 << (bit & 31))) === 0) return false;
  }
  return true;
}

/** FNV-1a over the UTF-16 units. */
function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}

/** Odd, so that it meets every bit. */
function stepOf(hash: number): number {
  const mixed = Math.imul(hash, 0x85ebca6b);
  return (mixed ^ (mixed >>> 13)) | 1;
}

const bitsPerId = 16;
const bitsOfId = 4;
const firstCapacity = 64;
const growth = 4;
