import { encode } from "../encoding/encode.js";
import { AhnlichError } from "../model/errors.js";
import { keyBytesMax } from "../model/write-identity.js";
import { errorToWire } from "./error-codec.js";
import type {
  AcceptMessage,
  ConnectMessage,
  Message,
  PartMessage,
  RequestMessage,
  ResponseMessage,
} from "./message.js";
import { messagesPerFrame, messageTypes, sentenceMax } from "./message-types.js";

/**
 * Collects messages into frames: those written between two calls of `cut` share frames, as many
 * as fit; `take` gives all bytes since the last `take`, ready for `Transport.send`. Long queries
 * and answers are not copied.
 */
export class FrameWriter {
  /** The longest frame body that the peer takes. */
  maxFrameBytes: number;
  #slab: Uint8Array = new Uint8Array(firstSlabBytes);
  /** The slab's bytes from `#from` to `#at` are written and in no chunk yet. */
  #from = 0;
  #at = 0;
  /** Where the open frame's length belongs, -1 where no frame is open. */
  #head = -1;
  #bodyBytes = 0;
  #messages = 0;
  #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(maxFrameBytes: number) {
    this.maxFrameBytes = maxFrameBytes;
  }

  /**
   * Appends a message. An answer too long for a frame is cut into parts.
   *
   * @throws LIMIT_EXCEEDED for any other message that is too long for a frame; nothing is written.
   */
  write(message: Message): void {
    switch (message.kind) {
      case "request":
        this.#writeRequest(message);
        break;
      case "response":
        this.#writeResponse(message);
        break;
      case "part":
        this.#writePart(message);
        break;
      case "cancel":
        this.#begin(headBytes);
        this.#array(2, messageTypes.cancel);
        this.#uint(message.id);
        break;
      default: {
        const bytes = encode(smallMessage(message));
        this.#begin(bytes.length);
        this.#append(bytes);
      }
    }
  }

  /** Ends the frame: the next message begins another. */
  cut(): void {
    if (this.#head < 0) return;
    const slab = this.#slab;
    const head = this.#head;
    const length = this.#bodyBytes + this.#at - (head + 4);
    slab[head] = length;
    slab[head + 1] = length >>> 8;
    slab[head + 2] = length >>> 16;
    slab[head + 3] = length >>> 24;
    this.#head = -1;
  }

  /** Bytes that `take` would give. */
  get length(): number {
    return this.#length + this.#at - this.#from;
  }

  /** Everything written, never touched again by the writer; empty where there is nothing. */
  take(): Uint8Array[] {
    this.cut();
    this.#flushSlab();
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#length = 0;
    return chunks;
  }

  #writeRequest(message: RequestMessage): void {
    const { id, query } = message;
    const header = headerOf(message);
    this.#begin(headBytes + query.length + (header?.length ?? 0));
    this.#array(header === undefined ? 3 : 4, messageTypes.request);
    this.#uint(id);
    this.#append(query);
    if (header !== undefined) this.#append(header);
  }

  #writeResponse(message: ResponseMessage): void {
    const { id, answer, more } = message;
    const length = more === undefined ? answer.length : bytesOf([answer, ...more]);
    if (headBytes + length > this.maxFrameBytes) {
      this.#writeParts(id, more === undefined ? [answer] : [answer, ...more], length);
      return;
    }
    this.#begin(headBytes + length);
    this.#array(3, messageTypes.response);
    this.#uint(id);
    if (more === undefined) this.#append(answer);
    else for (const bytes of [answer, ...more]) this.#appendWhole(bytes);
  }

  #writeParts(id: number, pieces: readonly Uint8Array[], length: number): void {
    const size = this.maxFrameBytes - headBytes - partHeadBytes;
    const cutter = new Cutter(pieces);
    for (let at = 0; at < length; at += size) {
      const left = Math.min(size, length - at);
      this.#beginPart(id, at + size >= length, left);
      for (const bytes of cutter.take(left)) this.#appendWhole(bytes);
    }
  }

  #writePart({ id, last, bytes }: PartMessage): void {
    this.#beginPart(id, last, bytes.length);
    this.#append(bytes);
  }

  #beginPart(id: number, last: boolean, length: number): void {
    this.#begin(headBytes + partHeadBytes + length);
    this.#array(4, messageTypes.part);
    this.#uint(id);
    this.#byte(last ? 0xc3 : 0xc2);
    const size = length < 0x100 ? 1 : length < 0x10000 ? 2 : 4;
    this.#byte(size === 4 ? 0xc6 : 0xc3 + size);
    this.#number(length, size);
  }

  /** Makes sure that a message of at most `bytes` fits the open frame, and its small ones the slab. */
  #begin(bytes: number): void {
    if (bytes > this.maxFrameBytes) {
      throw new AhnlichError(
        "LIMIT_EXCEEDED",
        `a message of ${bytes} bytes is above the ${this.maxFrameBytes} that the peer takes`,
        { details: { limit: "maxFrameBytes", bound: this.maxFrameBytes, got: bytes } },
      );
    }
    const inSlab = Math.min(bytes, largestCopied + headBytes + headerBytesMax) + 4;
    if (this.#at + inSlab > this.#slab.length) {
      this.cut();
      this.#flushSlab();
      this.#slab = newSlab();
      this.#from = 0;
      this.#at = 0;
    }
    if (this.#head >= 0) {
      const have = this.#bodyBytes + this.#at - (this.#head + 4);
      if (have + bytes > this.maxFrameBytes || this.#messages >= messagesPerFrame) this.cut();
    }
    if (this.#head < 0) {
      this.#head = this.#at;
      this.#at += 4;
      this.#bodyBytes = 0;
      this.#messages = 0;
    }
    this.#messages += 1;
  }

  #append(bytes: Uint8Array): void {
    const { length } = bytes;
    if (length > largestCopied) {
      this.#appendWhole(bytes);
      return;
    }
    if (length > 48) this.#slab.set(bytes, this.#at);
    else for (let i = 0; i < length; i++) this.#slab[this.#at + i] = bytes[i];
    this.#at += length;
  }

  /** However long or short it is, it is not copied: the slab has room for one alone. */
  #appendWhole(bytes: Uint8Array): void {
    this.#flushSlab();
    this.#chunks.push(bytes);
    this.#length += bytes.length;
    this.#bodyBytes += bytes.length;
  }

  #array(count: number, type: number): void {
    this.#slab[this.#at++] = 0x90 | count;
    this.#slab[this.#at++] = type;
  }

  #byte(value: number): void {
    this.#slab[this.#at++] = value;
  }

  #uint(value: number): void {
    if (value < 0x80) {
      this.#byte(value);
      return;
    }
    const size = value < 0x100 ? 1 : value < 0x10000 ? 2 : 4;
    this.#byte(size === 4 ? 0xce : 0xcb + size);
    this.#number(value, size);
  }

  /** Big-endian, as MessagePack has it. */
  #number(value: number, size: number): void {
    for (let shift = (size - 1) * 8; shift >= 0; shift -= 8) this.#byte(value >>> shift);
  }

  #flushSlab(): void {
    if (this.#at === this.#from) return;
    this.#chunks.push(this.#slab.subarray(this.#from, this.#at));
    this.#length += this.#at - this.#from;
    this.#from = this.#at;
  }
}

/** The messages as frames, as few as hold them. @throws LIMIT_EXCEEDED as `FrameWriter.write` does */
export function encodeFrames(messages: readonly Message[], maxFrameBytes: number): Uint8Array[] {
  const writer = new FrameWriter(maxFrameBytes);
  for (const message of messages) writer.write(message);
  return writer.take();
}

function bytesOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** Takes bytes from the beginning of pieces, as views on them. */
class Cutter {
  readonly #pieces: readonly Uint8Array[];
  #piece = 0;
  #at = 0;

  constructor(pieces: readonly Uint8Array[]) {
    this.#pieces = pieces;
  }

  *take(length: number): Generator<Uint8Array, void, undefined> {
    for (let left = length; left > 0; ) {
      const bytes = this.#pieces[this.#piece].subarray(this.#at, this.#at + left);
      this.#at += bytes.length;
      left -= bytes.length;
      if (this.#at === this.#pieces[this.#piece].length)
        [this.#piece, this.#at] = [this.#piece + 1, 0];
      yield bytes;
    }
  }
}

type SmallMessage = Exclude<Message, { kind: "request" | "response" | "part" | "cancel" }>;

function smallMessage(message: SmallMessage): unknown {
  switch (message.kind) {
    case "connect":
      return connectPositions(message);
    case "accept":
      return [messageTypes.accept, acceptFields(message)];
    case "refuse":
      return [messageTypes.refuse, errorToWire(message.error)];
    case "failure":
      return [messageTypes.failure, message.id, errorToWire(message.error)];
    case "goaway":
      return [messageTypes.goaway, message.reason.slice(0, sentenceMax).toWellFormed()];
    case "disconnect":
      return [messageTypes.disconnect];
    case "alive":
      return [messageTypes.alive];
    default:
      return message satisfies never;
  }
}

function connectPositions({ name, version, clientId, credentials }: ConnectMessage): unknown[] {
  const { user, password } = credentials ?? {};
  const shown = credentials === undefined ? null : { user, password };
  return [messageTypes.connect, name, version, clientId, shown];
}

function acceptFields({ version, inFlight, waiting, aliveMs }: AcceptMessage): object {
  return {
    ...{ version, inFlight },
    ...(waiting === undefined ? {} : { waiting }),
    ...(aliveMs === undefined ? {} : { aliveMs }),
  };
}

function newSlab(): Uint8Array {
  return new Uint8Array(slabBytes);
}

const slabBytes = 64 * 1024;
/** Who has hardly anything to say needs no more: most connections are idle. */
const firstSlabBytes = 512;
/** What is longer becomes a chunk of its own instead of being copied. */
const largestCopied = 8 * 1024;
/** The array's head, the type and the id take at most this. */
const headBytes = 7;
/** Of a part: whether it is the last, and the head of its bytes. */
const partHeadBytes = 6;
/** A header takes at most this. */
const headerBytesMax: number = keyBytesMax + 64;
/** `{ timeoutMs: ... }`, up to its number. */
const timeoutHeader: Uint8Array = Uint8Array.of(0x81, ...encode("timeoutMs"));

/** What stands behind the query; undefined where there is nothing to say. */
function headerOf({ timeoutMs, idempotencyKey, write }: RequestMessage): Uint8Array | undefined {
  const isBare = idempotencyKey === undefined && write === undefined;
  if (isBare && timeoutMs === undefined) return undefined;
  // Most requests with a header have this one, and encoding costs more than the rest of the message.
  if (isBare) return withUint(timeoutHeader, timeoutMs as number);
  return encode({ timeoutMs, idempotencyKey, write: write && [write.number, write.settled] });
}

function withUint(start: Uint8Array, value: number): Uint8Array {
  const number = encode(value);
  const bytes = new Uint8Array(start.length + number.length);
  bytes.set(start);
  bytes.set(number, start.length);
  return bytes;
}
