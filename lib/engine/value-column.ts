import type { MetadataValue } from "../model/metadata.js";

/**
 * The values of one field by ordinal, where they are numbers, or among a few thousand others. What an ordinal stands
 * for never changes, so neither does what is known of it.
 */
export class ValueColumn {
  /** Whether most values are of a kind that is kept. */
  isFit = true;
  /** Entries of ordinals up to this are known; those that had died by `sequence` are not. */
  filled = 0;
  sequence = 0;
  readonly #blocks: Map<number, Block> = new Map();
  /** By their codes. */
  readonly #values: (MetadataValue | undefined)[] = [undefined, undefined, undefined, undefined];
  readonly #codes: Map<unknown, number> = new Map([[undefined, missing]]);
  #known = 0;
  #unknown = 0;

  get bytes(): number {
    return this.#blocks.size * bytesOfBlock + this.#values.length * bytesOfValue;
  }

  /** The numbers of the blocks that have something, in their order. */
  get blocks(): number[] {
    return [...this.#blocks.keys()].sort((a, b) => a - b);
  }

  set(ordinal: number, value: MetadataValue | undefined): void {
    if (!this.isFit) return;
    const number = Math.floor(ordinal / blockOrdinals);
    const block = this.#blocks.get(number) ?? this.#newBlock(number);
    const place = ordinal - number * blockOrdinals;
    if (block.codes[place] !== absent) return;
    const code = typeof value === "number" ? aNumber : this.#codeOf(value);
    block.codes[place] = code;
    if (code === aNumber) block.numbers[place] = value as number;
    if (code !== unknown) this.#known++;
    else if (++this.#unknown > unknownLeast && this.#unknown > this.#known / 4) this.#giveUp();
  }

  /** Whether something is known of the entry in that place of a block: it may have died. */
  has(block: number, place: number): boolean {
    return (this.#blocks.get(block)?.codes[place] ?? absent) !== absent;
  }

  /** Whether its value is kept. */
  tells(block: number, place: number): boolean {
    return (this.#blocks.get(block)?.codes[place] ?? absent) > unknown;
  }

  /** The value that is kept there; undefined where the entry lacks the field. */
  at(block: number, place: number): MetadataValue | undefined {
    const its = this.#blocks.get(block) as Block;
    const code = its.codes[place] as number;
    return code === aNumber ? its.numbers[place] : this.#values[code];
  }

  #newBlock(number: number): Block {
    const block = {
      codes: new Uint16Array(blockOrdinals),
      numbers: new Float64Array(blockOrdinals),
    };
    this.#blocks.set(number, block);
    if (this.bytes > bytesMax) this.#giveUp();
    return block;
  }

  #giveUp(): void {
    this.isFit = false;
    this.#blocks.clear();
  }

  #codeOf(value: MetadataValue | undefined): number {
    const isKept = typeof value !== "object" || value === null;
    if (!isKept || (typeof value === "string" && value.length > textMax)) return unknown;
    const code = this.#codes.get(value);
    if (code !== undefined) return code;
    if (this.#values.length >= valuesMax) return unknown;
    this.#codes.set(value, this.#values.length);
    return this.#values.push(value) - 1;
  }
}

interface Block {
  readonly codes: Uint16Array;
  readonly numbers: Float64Array;
}

/** Entries of a block. */
export const blockOrdinals: number = 2 ** 13;
const [absent, unknown, missing, aNumber] = [0, 1, 2, 3];
const valuesMax = 4_096;
const textMax = 120;
const bytesMax = 32 * 2 ** 20;
const unknownLeast = 1_000;
const bytesOfBlock = blockOrdinals * 10;
const bytesOfValue = 400;
