import { randomNumbers } from "../support/random.js";
import { type Span, valueSpans } from "../support/value-spans.js";
import { pick, text, wildValue } from "./wild-value.js";

/**
 * What a hostile client may send, decided by a seed: bodies of honest frames with values put in the place of others,
 * with bytes changed, run together, or cut; queries made up; bytes that mean nothing. Most have the length that they
 * say, so that what is in them is looked at.
 */
export class HostileInputs {
  readonly #random: () => number;
  readonly #seeds: readonly Seed[];

  /** `bodies` are those of honest frames. */
  constructor(seed: number, bodies: readonly Uint8Array[]) {
    this.#random = randomNumbers(seed);
    this.#seeds = bodies.map((body) => ({ bytes: Buffer.from(body), spans: valueSpans(body) }));
  }

  next(): Uint8Array {
    const form = this.#random();
    if (form < 0.5) return framed(this.#spliced());
    if (form < 0.65) return framed(this.#changed(this.#seed().bytes));
    if (form < 0.75) return framed(this.#changed(this.#spliced()));
    if (form < 0.82) return framed(Buffer.concat([this.#spliced(), this.#spliced()]));
    if (form < 0.9) return this.#changed(framed(this.#spliced()));
    if (form < 0.96) return framed(this.#query());
    return Buffer.from(Array.from({ length: 1 + this.#below(64) }, () => this.#below(256)));
  }

  /** Honest first words, but for some. */
  greeting(honest: Uint8Array): Uint8Array {
    return this.#random() < 0.9 ? honest : this.#changed(Buffer.from(honest));
  }

  #spliced(): Buffer {
    const { bytes, spans } = this.#seed();
    const { start, end } = pick(spans, this.#random);
    return Buffer.concat([bytes.subarray(0, start), this.#value(), bytes.subarray(end)]);
  }

  /** Of another honest frame, or wild. */
  #value(): Uint8Array {
    if (this.#random() < 0.6) return Buffer.from(wildValue(this.#random));
    const { bytes, spans } = this.#seed();
    const { start, end } = pick(spans, this.#random);
    return bytes.subarray(start, end);
  }

  #query(): Buffer {
    const query = [0x92, ...text(pick(kinds, this.#random)), ...wildValue(this.#random)];
    return Buffer.from([0x93, 4, 1 + this.#below(127), ...query]);
  }

  /** A few bytes changed, dropped, put in, or cut off. */
  #changed(bytes: Buffer): Buffer {
    let changed = bytes;
    for (let times = 1 + this.#below(3); times > 0; times--) {
      const at = this.#below(changed.length + 1);
      const way = this.#below(8);
      const put = way < 5 ? [this.#below(256)] : [];
      const taken = way < 3 ? 1 : way < 5 ? 0 : way < 7 ? 1 + this.#below(3) : changed.length;
      changed = Buffer.concat([
        changed.subarray(0, at),
        Buffer.from(put),
        changed.subarray(at + taken),
      ]);
    }
    return changed;
  }

  #seed(): Seed {
    return pick(this.#seeds, this.#random);
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}

interface Seed {
  readonly bytes: Buffer;
  readonly spans: readonly Span[];
}

function framed(body: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(4 + body.length);
  frame.writeUInt32LE(body.length);
  body.copy(frame, 4);
  return frame;
}

const kinds = [
  ...["set", "get", "find", "count", "update", "delete", "search", "searchMany", "changes"],
  ...["pipeline", "transaction", "createStore", "alterStore", "renameStore", "listStores"],
  ...["createIndex", "dropIndex", "facets"],
];
