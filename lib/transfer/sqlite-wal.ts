import type { InputFile } from "./input-file.js";

/**
 * Where in a write-ahead log the newest committed content of each page is: the log of a database
 * that is open, or was not closed. Frames behind the first that is not of this log are left-overs.
 */
export async function readWal(wal: InputFile, pageSize: number): Promise<Map<number, number>> {
  const committed = new Map<number, number>();
  const header = await wal.readAt(0, headerBytes);
  if (header.length < headerBytes || header.readUInt32BE(0) >>> 1 !== magic) return committed;
  if (header.readUInt32BE(8) !== pageSize) return committed;
  const checksum = new Checksum((header.readUInt32BE(0) & 1) === 1);
  checksum.add(header.subarray(0, 24));
  if (!checksum.equals(header, 24)) return committed;
  const frameBytes = frameHeaderBytes + pageSize;
  const uncommitted = new Map<number, number>();
  for (let at = headerBytes; at + frameBytes <= wal.size; at += frameBytes) {
    const frame = await wal.readAt(at, frameBytes);
    const isOfThisLog =
      frame.length === frameBytes && frame.subarray(8, 16).equals(header.subarray(16, 24));
    if (!isOfThisLog) break;
    checksum.add(frame.subarray(0, 8));
    checksum.add(frame.subarray(frameHeaderBytes));
    if (!checksum.equals(frame, 16)) break;
    uncommitted.set(frame.readUInt32BE(0), at + frameHeaderBytes);
    // Only the last frame of a transaction says how long the database is after it.
    if (frame.readUInt32BE(4) === 0) continue;
    for (const [page, offset] of uncommitted) committed.set(page, offset);
    uncommitted.clear();
  }
  return committed;
}

/** The running sum of a log, over pairs of 32-bit words in the byte order that its header names. */
class Checksum {
  readonly #bigEndian: boolean;
  #first = 0;
  #second = 0;

  constructor(bigEndian: boolean) {
    this.#bigEndian = bigEndian;
  }

  add(bytes: Buffer): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < bytes.length; i += 8) {
      this.#first = (this.#first + view.getUint32(i, !this.#bigEndian) + this.#second) >>> 0;
      this.#second = (this.#second + view.getUint32(i + 4, !this.#bigEndian) + this.#first) >>> 0;
    }
  }

  /** Whether the sum so far is the one that stands there, always in big-endian. */
  equals(bytes: Buffer, at: number): boolean {
    return bytes.readUInt32BE(at) === this.#first && bytes.readUInt32BE(at + 4) === this.#second;
  }
}

const headerBytes = 32;
const frameHeaderBytes = 24;
/** 0x377f0682 or 0x377f0683, by the byte order of the checksums. */
const magic = 0x377f0682 >>> 1;
