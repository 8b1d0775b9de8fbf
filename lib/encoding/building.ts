import { protoKey } from "./scan.js";

/**
 * A value that is built from its MessagePack in pieces, as long as one likes: the same that `decode` makes of it.
 * The bytes were scanned, so that nothing here looks for what cannot be.
 */
export class Building {
  /** Once it is done. */
  value: unknown;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** The containers around what comes next. */
  readonly #open: Container[] = [];
  #at = 0;

  constructor(bytes: Uint8Array) {
    // A view of our own: of a Buffer slices are no copies.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Whether it is done, after at most so many values more. */
  goOn(most: number): boolean {
    const open = this.#open;
    for (let i = 0; i < most; i++) {
      const made = this.#next();
      let container = made instanceof Container ? made : undefined;
      if (container === undefined) container = this.#put(made);
      else open.push(container);
      while (container !== undefined && container.left === 0) {
        open.pop();
        container = this.#put(container.value);
      }
      if (open.length === 0) return true;
    }
    return false;
  }

  /** Gives the innermost container its next value; which one that is. */
  #put(value: unknown): Container | undefined {
    const container = this.#open.at(-1);
    if (container === undefined) this.value = value;
    else container.put(value);
    return container;
  }

  /** The next value, or the container that it is going to be. */
  #next(): unknown {
    const lead = this.#bytes[this.#at++];
    if (lead < 0x80) return lead;
    if (lead < 0x90) return new MapContainer(lead & 0x0f);
    if (lead < 0xa0) return new ListContainer(lead & 0x0f);
    if (lead < 0xc0) return this.#text(lead & 0x1f);
    if (lead >= 0xe0) return lead - 0x100;
    return this.#long(lead);
  }

  #long(lead: number): unknown {
    switch (lead) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return lead === 0xc3;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#binary(this.#size(1 << (lead - 0xc4)));
      case 0xc7:
      case 0xd6:
      case 0xd7:
        return this.#date(lead);
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#size(1 << (lead - 0xd9)));
      case 0xdc:
      case 0xdd:
        return new ListContainer(this.#size(2 << (lead - 0xdc)));
      case 0xde:
      case 0xdf:
        return new MapContainer(this.#size(2 << (lead - 0xde)));
      default:
        return this.#number(lead);
    }
  }

  #number(lead: number): number {
    const view = this.#view;
    switch (lead) {
      case 0xca:
        return view.getFloat32(this.#past(4));
      case 0xcb:
        return view.getFloat64(this.#past(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#size(1 << (lead - 0xcc));
      case 0xcf:
        return Number(view.getBigUint64(this.#past(8)));
      case 0xd0:
        return view.getInt8(this.#past(1));
      case 0xd1:
        return view.getInt16(this.#past(2));
      case 0xd2:
        return view.getInt32(this.#past(4));
      default:
        return Number(view.getBigInt64(this.#past(8)));
    }
  }

  /** An unsigned integer of 1, 2 or 4 bytes. */
  #size(bytes: number): number {
    const at = this.#past(bytes);
    if (bytes === 1) return this.#bytes[at];
    return bytes === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #binary(length: number): Uint8Array {
    const at = this.#past(length);
    return this.#bytes.slice(at, at + length);
  }

  #text(length: number): string {
    const at = this.#past(length);
    return utf8Slice.call(this.#bytes, at, at + length);
  }

  /** Kept to the millisecond, as Date does it. */
  #date(lead: number): Date {
    const view = this.#view;
    if (lead === 0xd6) return new Date(view.getUint32(this.#past(5) + 1) * 1_000);
    if (lead === 0xd7) {
      const at = this.#past(9) + 1;
      const high = view.getUint32(at);
      const seconds = (high & 3) * 2 ** 32 + view.getUint32(at + 4);
      return new Date((high >>> 2) / 1_000_000 + seconds * 1_000);
    }
    const at = this.#past(14) + 2;
    const seconds = view.getInt32(at + 4) * 2 ** 32 + view.getUint32(at + 8);
    return new Date(view.getUint32(at) / 1_000_000 + seconds * 1_000);
  }

  /** Where the bytes begin that are passed. */
  #past(bytes: number): number {
    const at = this.#at;
    this.#at += bytes;
    return at;
  }
}

/** A list or object that is being filled. */
abstract class Container {
  abstract readonly value: unknown;
  /** Values that it still gets, keys among them. */
  left: number;

  constructor(left: number) {
    this.left = left;
  }

  abstract put(value: unknown): void;
}

class ListContainer extends Container {
  readonly value: unknown[] = [];

  put(value: unknown): void {
    this.left -= 1;
    this.value.push(value);
  }
}

class MapContainer extends Container {
  readonly value: Record<string, unknown> = {};
  #key = "";

  constructor(pairs: number) {
    super(pairs * 2);
  }

  put(value: unknown): void {
    this.left -= 1;
    if (this.left % 2 === 1) {
      this.#key = value as string;
    } else if (this.#key === protoKey) {
      Object.defineProperty(this.value, protoKey, { ...own, value });
    } else {
      this.value[this.#key] = value;
    }
  }
}

const own = { writable: true, enumerable: true, configurable: true } as const;
const { utf8Slice } = Buffer.prototype;
