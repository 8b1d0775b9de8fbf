import { AhnlichError } from "../model/errors.js";
import type { PartMessage } from "./message.js";

/** Joins the parts of the answers of one connection. */
export class PartJoiner {
  readonly #maxAnswerBytes: number;
  readonly #begun = new Map<number, { buffer: Uint8Array; length: number }>();
  #bytes = 0;

  /** `maxAnswerBytes` bounds one answer; all that are incomplete together are bounded by twice that. */
  constructor(maxAnswerBytes: number) {
    this.#maxAnswerBytes = maxAnswerBytes;
  }

  /**
   * The whole answer with its last part, undefined before it. Parts are copied.
   *
   * @throws LIMIT_EXCEEDED when an answer becomes longer than is allowed, and is forgotten then;
   *   PROTOCOL_ERROR for an empty part that is not the last
   */
  add(part: PartMessage): Uint8Array | undefined {
    const { id, bytes, last } = part;
    if (bytes.length === 0 && !last) {
      throw new AhnlichError("PROTOCOL_ERROR", "a part of no bytes that is not the last");
    }
    const begun = this.#begun.get(id) ?? { buffer: new Uint8Array(0), length: 0 };
    const length = begun.length + bytes.length;
    this.#check(id, length, this.#maxAnswerBytes);
    this.#check(id, this.#bytes + bytes.length, this.#maxAnswerBytes * 2);
    if (length > begun.buffer.length) {
      const room = last ? length : Math.min(length * 2, this.#maxAnswerBytes);
      begun.buffer = grown(begun.buffer, begun.length, room);
    }
    begun.buffer.set(bytes, begun.length);
    begun.length = length;
    this.#bytes += bytes.length;
    this.#begun.set(id, begun);
    if (!last) return undefined;
    this.drop(id);
    return begun.buffer.subarray(0, length);
  }

  /** Forgets what has come for this request. */
  drop(id: number): void {
    this.#bytes -= this.#begun.get(id)?.length ?? 0;
    this.#begun.delete(id);
  }

  #check(id: number, bytes: number, bound: number): void {
    if (bytes <= bound) return;
    this.drop(id);
    throw new AhnlichError(
      "LIMIT_EXCEEDED",
      `an answer in parts comes to ${bytes} bytes, above the ${bound} that are taken`,
      { details: { limit: "maxAnswerBytes", bound, got: bytes } },
    );
  }
}

function grown(buffer: Uint8Array, length: number, room: number): Uint8Array {
  const larger = new Uint8Array(room);
  larger.set(buffer.subarray(0, length));
  return larger;
}
