import { isUtf8 } from "node:buffer";
import { lineError } from "./transfer-error.js";

export interface Line {
  /** Counted from 1, empty lines too. */
  readonly number: number;
  readonly text: string;
}

/**
 * The lines of a text that are not blank, from line `from` on and the first one always. Ends of
 * lines are \n or \r\n, the last one may be missing, a byte order mark is passed over.
 *
 * @throws LIMIT_EXCEEDED for a line of more than `bytesMax` bytes, INVALID_ARGUMENT for one that is
 *   not UTF-8, each with `details.line`
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  bytesMax: number,
  from = 1,
): AsyncGenerator<Line, void, undefined> {
  let number = 1;
  let parts: Buffer[] = [];
  let bytes = 0;
  const wanted = (): boolean => number === 1 || number >= from;
  const take = (part: Buffer): void => {
    bytes += part.length;
    if (bytes > bytesMax) {
      const sentence = `the line is longer than the ${bytesMax} bytes that an entry can take`;
      throw lineError(number, sentence, "LIMIT_EXCEEDED");
    }
    if (wanted()) parts.push(part);
  };
  const finish = (): Line | undefined => {
    const whole = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    const line = wanted() ? toLine(whole, number) : undefined;
    number++;
    parts = [];
    bytes = 0;
    return line;
  };
  for await (const chunk of chunks) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = buffer.indexOf(newline); end >= 0; end = buffer.indexOf(newline, start)) {
      take(buffer.subarray(start, end));
      start = end + 1;
      const line = finish();
      if (line !== undefined) yield line;
    }
    if (start < buffer.length) take(buffer.subarray(start));
  }
  const last = finish();
  if (last !== undefined) yield last;
}

function toLine(bytes: Buffer, number: number): Line | undefined {
  if (!isUtf8(bytes)) throw lineError(number, "expected UTF-8, got other bytes");
  const text = bytes.toString("utf8", number === 1 && hasMark(bytes) ? 3 : 0);
  return blank.test(text) ? undefined : { number, text };
}

function hasMark(bytes: Buffer): boolean {
  return bytes.length >= 3 && bytes.readUIntBE(0, 3) === 0xefbbbf;
}

const newline = 10;
const blank = /^[ \t\r]*$/;
