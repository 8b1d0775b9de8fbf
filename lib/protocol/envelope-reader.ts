import { decode } from "../encoding/decode.js";
import { valuesAtOnce } from "../encoding/decode-gradually.js";
import { beginScan, type DecodeOptions, goOnScanning, type Scan, scan } from "../encoding/scan.js";
import { AhnlichError } from "../model/errors.js";
import { holds, nilAnswer, pingQuery } from "./constant-bytes.js";
import { messageTypes, queryValuesMax } from "./message-types.js";

/** Reads the envelopes in a frame's body, position by position. Whatever is amiss: PROTOCOL_ERROR. */
export class EnvelopeReader {
  /** Positions of the message under way that have not been read. */
  left = 0;
  readonly #body: Uint8Array;
  #at = 0;
  /** Of a query that is looked through before its message is read, and where it begins. */
  #ahead: Scan | undefined;
  #aheadAt = 0;

  constructor(body: Uint8Array) {
    this.#body = body;
  }

  get done(): boolean {
    return this.#at >= this.#body.length;
  }

  /**
   * Begins to look through the query of the request that comes next. Whether it is so long that `lookOn` should be
   * called until that is done, so that reading the message takes but a moment.
   */
  lookAhead(): boolean {
    const start = this.#at;
    this.beginArray();
    const isRequest = this.left >= 3 && this.uint() === messageTypes.request;
    if (isRequest) {
      this.id();
      this.#ahead = beginScan(this.#body, this.#at, ofQueries);
      this.#aheadAt = this.#at;
    }
    this.#at = start;
    this.left = 0;
    return isRequest && !this.lookOn();
  }

  /** Whether there is nothing left to look through. */
  lookOn(): boolean {
    return this.#ahead === undefined || goOnScanning(this.#ahead, valuesAtOnce);
  }

  /** Into the array that a message is. */
  beginArray(): void {
    const body = this.#body;
    const at = this.#at;
    const lead = body[at];
    // A sender may take more bytes for the number of positions than it needs.
    const size = lead === 0xdc ? 2 : lead === 0xdd ? 4 : 0;
    let count = size === 0 ? lead - 0x90 : 0;
    for (let i = 1; i <= size; i++) count = count * 256 + body[at + i];
    if (!(count >= 0 && count <= 15)) throw this.#unexpected("a message: an array of at most 15");
    this.#at = at + 1 + size;
    this.left = count;
  }

  /** Past the positions that a newer minor has put behind those known here. */
  endArray(): void {
    while (this.left > 0) this.#take(this.#endOfSmall());
  }

  /** An integer of up to 32 bits; a sender may take more bytes for it than it needs. */
  uint(): number {
    const body = this.#body;
    const at = this.#at;
    const lead = body[at];
    if (lead < 0x80) return this.#give(lead, at + 1);
    if (lead === 0xcc) return this.#give(body[at + 1], at + 2);
    if (lead === 0xcd) return this.#give(body[at + 1] * 256 + body[at + 2], at + 3);
    if (lead === 0xce) {
      const high = body[at + 1] * 2 ** 24 + (body[at + 2] << 16);
      return this.#give(high + (body[at + 3] << 8) + body[at + 4], at + 5);
    }
    const value = this.decoded();
    if (typeof value === "number" && value >= 0 && value <= 0xffffffff && Number.isInteger(value)) {
      return value;
    }
    throw this.#unexpected("an unsigned integer of 32 bits");
  }

  /** 1 to 2^32 - 1. */
  id(): number {
    const id = this.uint();
    if (id === 0) throw this.#unexpected("a request id of 1 to 2^32 - 1");
    return id;
  }

  /** Text of at most 16 KiB. */
  text(): string {
    const value = this.decoded();
    if (typeof value === "string") return value;
    throw this.#unexpected("text");
  }

  boolean(): boolean {
    const value = this.decoded();
    if (typeof value === "boolean") return value;
    throw this.#unexpected("a boolean");
  }

  /** Bytes, as a view on the body. */
  binary(): Uint8Array {
    const view = this.value();
    const lead = view[0];
    if (lead < 0xc4 || lead > 0xc6) throw this.#unexpected("bytes");
    return view.subarray(1 + (1 << (lead - 0xc4)));
  }

  /** What is neither a query nor an answer: 16 KiB of it at most, so that it costs little whatever it is. */
  decoded(): unknown {
    const at = this.#at;
    const end = this.#endOfSmall();
    return this.#give(decode(this.#body.subarray(at, end), small), end);
  }

  /**
   * The bytes of a query, which nobody decodes here, as a view on the body; the commonest without making one.
   */
  query(): Uint8Array {
    return this.#value(ofQueries);
  }

  /** The same of an answer. */
  value(): Uint8Array {
    return this.#value(ofAnswers);
  }

  /** However long the frame is, no more of it is looked through than may be. */
  #endOfSmall(): number {
    const at = this.#at;
    const most = at + smallBytesMax;
    const body = this.#body.length > most + 1 ? this.#body.subarray(0, most + 1) : this.#body;
    const { end } = scan(body, at, small);
    if (end > most) throw this.#unexpected(`at most ${smallBytesMax} bytes`);
    return end;
  }

  #value(options: DecodeOptions): Uint8Array {
    const body = this.#body;
    const at = this.#at;
    if (body[at] === nilAnswer[0]) return this.#give(nilAnswer, at + 1);
    if (holds(body, at, pingQuery)) {
      return this.#give(pingQuery, at + pingQuery.length);
    }
    const ahead = this.#aheadAt === at ? this.#ahead : undefined;
    const { end } = ahead ?? scan(body, at, options);
    return this.#give(body.subarray(at, end), end);
  }

  #give<T>(value: T, end: number): T {
    this.#take(end);
    return value;
  }

  #take(end: number): void {
    if (end > this.#body.length) throw this.#unexpected("more bytes");
    if (this.left === 0) throw this.#unexpected("more positions");
    this.left -= 1;
    this.#at = end;
  }

  #unexpected(what: string): AhnlichError {
    return new AhnlichError("PROTOCOL_ERROR", `byte ${this.#at} of a frame: expected ${what}`);
  }
}

const smallBytesMax = 16_384;
const small: DecodeOptions = { code: "PROTOCOL_ERROR", maxValues: smallBytesMax };
const ofQueries: DecodeOptions = { code: "PROTOCOL_ERROR", maxValues: queryValuesMax };
/** A server may be asked for more than it may be told. */
const ofAnswers: DecodeOptions = { code: "PROTOCOL_ERROR", maxValues: 16_000_000 };
