import { isUtf8 } from "node:buffer";
import { lineError } from "./transfer-error.js";

/** An element of an array, still as text. */
export interface ArrayElement {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
}

/**
 * The elements of the array that is the field `name` of the one object in a JSON text, one at a
 * time, however long the text. What is around the array is passed over, and whether an element is
 * JSON is left to whoever parses it.
 *
 * @throws INVALID_ARGUMENT where the text has no such array, or ends within it; LIMIT_EXCEEDED for
 *   an element of more than `bytesMax` bytes
 */
export async function* readArray(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  bytesMax: number,
): AsyncGenerator<ArrayElement, void, undefined> {
  const scan = new ArrayScan(name, bytesMax);
  for await (const chunk of chunks) {
    yield* scan.take(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    if (scan.ended) return;
  }
  throw lineError(scan.number, `the file ends before its list of ${name} does`);
}

class ArrayScan {
  readonly #name: string;
  readonly #bytesMax: number;
  /** The brackets that are open. */
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** The last text at the first level, which may be the name of a field. */
  #text = "";
  #inArray = false;
  #parts: Buffer[] = [];
  #bytes = 0;
  #ended = false;
  /** Of the element that is read now. */
  number = 1;

  constructor(name: string, bytesMax: number) {
    this.#name = name;
    this.#bytesMax = bytesMax;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The elements that end in this piece of the text. */
  *take(piece: Buffer): Generator<ArrayElement, void, undefined> {
    let start = 0;
    for (let i = 0; i < piece.length && !this.#ended; i++) {
      if (this.#inString) this.#passText(piece[i]);
      else if (piece[i] === quote) this.#beginText();
      else if (piece[i] === openBrace || piece[i] === openBracket) {
        this.#depth++;
        if (!this.#inArray && this.#depth === 2 && piece[i] === openBracket) {
          this.#inArray = this.#text === this.#name;
          start = i + 1;
        }
      } else if (piece[i] === closeBrace || piece[i] === closeBracket) {
        this.#depth--;
        if (this.#inArray && this.#depth === 1) {
          yield* this.#finish(piece.subarray(start, i));
          this.#ended = true;
        }
      } else if (piece[i] === comma && this.#inArray && this.#depth === 2) {
        yield* this.#finish(piece.subarray(start, i));
        start = i + 1;
      }
    }
    if (this.#inArray && !this.#ended) this.#keep(piece.subarray(start));
  }

  #beginText(): void {
    this.#inString = true;
    if (!this.#inArray && this.#depth === 1) this.#text = "";
  }

  #passText(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === backslash) this.#escaped = true;
    else if (byte === quote) this.#inString = false;
    const isName = this.#inString && !this.#inArray && this.#depth === 1;
    if (isName && this.#text.length <= this.#name.length) this.#text += String.fromCharCode(byte);
  }

  #keep(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > this.#bytesMax) {
      const sentence = `it is longer than the ${this.#bytesMax} bytes that an entry can take`;
      throw lineError(this.number, sentence, "LIMIT_EXCEEDED");
    }
    this.#parts.push(part);
  }

  *#finish(part: Buffer): Generator<ArrayElement, void, undefined> {
    this.#keep(part);
    const bytes = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    if (!isUtf8(bytes)) throw lineError(this.number, "expected UTF-8, got other bytes");
    const text = bytes.toString().trim();
    // An array without elements has this one.
    if (text !== "") yield { number: this.number, text };
    this.number++;
  }
}

const [quote, backslash, comma] = Buffer.from('"\\,');
const [openBrace, closeBrace, openBracket, closeBracket] = Buffer.from("{}[]");
