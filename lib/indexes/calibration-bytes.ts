import { crc32 } from "node:zlib";
import { LimitCurves } from "./limit-curves.js";
import { type MeasuredLimit, measuredLimits } from "./measured-limits.js";
import { type Axis, RecallCurve, type Rung } from "./recall-curve.js";

/**
 * What was measured, as little-endian float64s and a CRC-32: the version, how many limits, and of each its limit, size,
 * changes since, source, how many widths, the width under the slacks, how many of these, then the rungs of both.
 */
export function calibrationToBytes(all: readonly MeasuredLimit[]): Uint8Array {
  const numbers = [formatVersion, all.length];
  for (const { curves, size, changed, source } of all) {
    const { limit, widths, slacks } = curves;
    const rungs = [...widths.rungs, ...(slacks?.curve.rungs ?? [])];
    const lengths = [widths.rungs.length, slacks?.width ?? 0, rungs.length - widths.rungs.length];
    numbers.push(limit, size, changed, source === "queries" ? 1 : 0, ...lengths);
    for (const { setting, queries, lost, error, cost } of rungs) {
      numbers.push(setting, queries, lost, error, cost);
    }
  }
  const bytes = new Uint8Array(numbers.length * 8 + 4);
  const view = new DataView(bytes.buffer);
  for (const [i, number] of numbers.entries()) view.setFloat64(i * 8, number, true);
  view.setUint32(numbers.length * 8, crc32(bytes.subarray(0, -4)), true);
  return bytes;
}

/** Nothing where anything of it is doubtful: it can be measured again. */
export function calibrationFromBytes(bytes: Uint8Array): readonly MeasuredLimit[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 4;
  if (end < 16 || end % 8 !== 0 || end > bytesMax) return [];
  if (view.getUint32(end, true) !== crc32(bytes.subarray(0, end))) return [];
  const numbers = Array.from({ length: end / 8 }, (_, i) => view.getFloat64(i * 8, true));
  const reader = new CheckedNumbers(numbers);
  reader.whole(formatVersion, formatVersion);
  const all = Array.from({ length: reader.whole(0, measuredLimits.length) }, () =>
    readLimit(reader),
  );
  const isOrdered = all.every((one, i) => i === 0 || all[i - 1].curves.limit < one.curves.limit);
  return reader.isGood && reader.isAtEnd && isOrdered ? all : [];
}

function readLimit(reader: CheckedNumbers): MeasuredLimit {
  const limit = reader.whole(1, limitMax);
  if (!measuredLimits.includes(limit)) reader.isGood = false;
  const size = reader.whole(1, Number.MAX_SAFE_INTEGER);
  const changed = reader.whole(0, Number.MAX_SAFE_INTEGER);
  const source = reader.whole(0, 1) === 1 ? "queries" : "store";
  const widthCount = reader.whole(1, rungsMax);
  const slackWidth = reader.whole(0, widthMax);
  const slackCount = reader.whole(0, rungsMax);
  const widths = readCurve(reader, "logarithmic", limit, widthCount);
  if (slackCount === 0) return { curves: new LimitCurves(limit, widths), size, changed, source };
  if (slackWidth < limit) reader.isGood = false;
  const slacks = { width: slackWidth, curve: readCurve(reader, "even", limit, slackCount) };
  return { curves: new LimitCurves(limit, widths, slacks), size, changed, source };
}

function readCurve(reader: CheckedNumbers, axis: Axis, limit: number, count: number): RecallCurve {
  let least = axis === "even" ? Number.MIN_VALUE : limit;
  const rungs = Array.from({ length: count }, (): Rung => {
    const setting =
      axis === "even" ? reader.next(least, Number.MAX_VALUE) : reader.whole(least, widthMax);
    least = setting * (1 + Number.EPSILON);
    const queries = reader.whole(1, Number.MAX_SAFE_INTEGER);
    const [lost, error] = [reader.next(0, 1), reader.next(0, 1)];
    return { setting, queries, lost, error, cost: reader.next(0, Number.MAX_VALUE) };
  });
  return new RecallCurve(axis, limit, rungs);
}

/** Numbers, each within bounds; where one is not, its least value is there instead, and nothing is good. */
class CheckedNumbers {
  isGood = true;
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#numbers.length;
  }

  next(least: number, most: number): number {
    const number = this.#numbers[this.#at++] ?? Number.NaN;
    if (number >= least && number <= most) return number;
    this.isGood = false;
    return least;
  }

  whole(least: number, most: number): number {
    const number = this.next(least, most);
    if (Number.isSafeInteger(number)) return number;
    this.isGood = false;
    return Math.ceil(least);
  }
}

const formatVersion = 1;
const bytesMax = 64 * 1024;
const rungsMax = 64;
const limitMax = 1_000;
const widthMax = 2 ** 20;
