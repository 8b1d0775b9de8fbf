import { encode } from "./encode.js";
import { beyondValues, valuesMax, valuesSeen } from "./inspect.js";

/**
 * Makes of a large value, part by part, the bytes that `encode` makes of it at once: a list is opened, its elements
 * follow in runs or one by one, and it is closed. Who calls decides when others have their turns.
 */
export class PieceEncoder {
  readonly #what: string;
  #depth: number;
  #values = 0;
  #run = runFirst;
  /** Long ones as they were made, short ones joined. */
  readonly #pieces: Uint8Array[] = [];
  #short: Uint8Array[] = [];
  #shortBytes = 0;

  /** `what` the value is called in errors; `depth` levels are around it. */
  constructor(what: string, depth = 0) {
    this.#what = what;
    this.#depth = depth;
  }

  /** How many elements of a list are to be encoded at once: as many as take some 64 KiB, judged by those before. */
  get runLength(): number {
    return this.#run;
  }

  /** @throws as `encode` does */
  value(value: unknown): void {
    const bytes = encode(value, this.#what, this.#depth);
    this.#count();
    this.#add(bytes);
  }

  /** What is encoded already. */
  bytes(bytes: Uint8Array): void {
    this.#add(bytes);
  }

  openList(count: number): void {
    this.#add(head(count, 0x90, 0xdc));
    this.#depth++;
  }

  /** A name and its value follow for each of its fields. */
  openMap(count: number): void {
    this.#add(head(count, 0x80, 0xde));
    this.#depth++;
  }

  close(): void {
    this.#depth--;
  }

  /** Elements of the list that is open. @throws as `encode` does */
  elements(elements: readonly unknown[]): void {
    const bytes = encode(elements, this.#what, this.#depth - 1);
    this.#count();
    this.#add(bytes.subarray(headBytes(elements.length)));
    if (bytes.length > 2 * runBytes) this.#run = Math.max(1, this.#run >>> 1);
    else if (bytes.length < runBytes / 2) this.#run = Math.min(runMost, this.#run * 2);
  }

  /** All that was encoded, in few pieces that belong one behind the other: at least one. */
  finish(): readonly [Uint8Array, ...Uint8Array[]] {
    this.#join();
    const [first = new Uint8Array(), ...others] = this.#pieces;
    return [first, ...others];
  }

  /** A value within it can be as large as it may be alone. */
  #count(): void {
    this.#values += valuesSeen();
    if (this.#values > valuesMax) throw beyondValues(this.#what);
  }

  #add(bytes: Uint8Array): void {
    if (bytes.length > runBytes / 4) {
      this.#join();
      this.#pieces.push(bytes);
      return;
    }
    this.#short.push(bytes);
    this.#shortBytes += bytes.length;
    if (this.#shortBytes >= runBytes) this.#join();
  }

  #join(): void {
    if (this.#short.length === 0) return;
    const joined = new Uint8Array(this.#shortBytes);
    let at = 0;
    for (const bytes of this.#short) {
      joined.set(bytes, at);
      at += bytes.length;
    }
    this.#pieces.push(joined);
    this.#short = [];
    this.#shortBytes = 0;
  }
}

/** Of a list or map, in the shortest form. */
function head(count: number, few: number, many: number): Uint8Array {
  if (count < 16) return Uint8Array.of(few | count);
  if (count < 0x10000) return Uint8Array.of(many, count >>> 8, count);
  return Uint8Array.of(many + 1, count >>> 24, count >>> 16, count >>> 8, count);
}

function headBytes(count: number): number {
  return count < 16 ? 1 : count < 0x10000 ? 3 : 5;
}

const runBytes = 64 * 1024;
const runFirst = 4;
const runMost = 256;
