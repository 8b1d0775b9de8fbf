import type { SlotSection } from "../indexes/vector-index.js";
import { checksum } from "../rows/checksum.js";

/*
 * The beginning of a checkpoint; numbers are little-endian:
 *
 *   | "ahnlich\0" | version u32 | history 16 | incarnation u32 | dimension u32 | begun at u48 | done at u48
 *   | next ordinal u48 | slots u48 | slots of a chunk u32 | sections u16 | (kind u16 | bytes of a slot u32) x sections
 *   | bytes of the note u32 | CRC-32 of the note u32 | CRC-32 of all before u32 |
 *
 * The sums of the chunks follow at 4,096, section by section, then the note and the sections, each of these from a
 * multiple of 4,096 on. Version 1 has no note, and says nothing of it.
 */

/** Whose vectors a checkpoint holds, from when, and how they lie in it. */
export interface CheckpointHeader {
  readonly history: Uint8Array;
  readonly incarnation: number;
  readonly dimension: number;
  /** The sequence at which it was begun: what lived then is in it, unless it has died since. */
  readonly begun: number;
  /** At which it was done: it holds nothing that is younger. */
  readonly done: number;
  /** At `begun`: what is born since has this ordinal or a higher one. */
  readonly nextOrdinal: number;
  readonly slots: number;
  readonly chunkSlots: number;
  readonly sections: readonly SlotSection[];
  /** What is known of the whole. */
  readonly note: NoteHeader;
}

export interface NoteHeader {
  readonly bytes: number;
  readonly sum: number;
}

export function encodeHeader(header: CheckpointHeader): Uint8Array {
  const bytes = Buffer.alloc(headerBytes);
  bytes.write(magic, 0, "latin1");
  bytes.writeUInt32LE(version, 8);
  bytes.set(header.history, 12);
  bytes.writeUInt32LE(header.incarnation, 28);
  bytes.writeUInt32LE(header.dimension, 32);
  bytes.writeUIntLE(header.begun, 36, 6);
  bytes.writeUIntLE(header.done, 42, 6);
  bytes.writeUIntLE(header.nextOrdinal, 48, 6);
  bytes.writeUIntLE(header.slots, 54, 6);
  bytes.writeUInt32LE(header.chunkSlots, 60);
  bytes.writeUInt16LE(header.sections.length, 64);
  let at = fixedBytes;
  for (const { kind, bytesPerSlot } of header.sections) {
    bytes.writeUInt16LE(kind, at);
    bytes.writeUInt32LE(bytesPerSlot, at + 2);
    at += sectionBytes;
  }
  bytes.writeUInt32LE(header.note.bytes, at);
  bytes.writeUInt32LE(header.note.sum, at + 4);
  at += noteHeaderBytes;
  bytes.writeUInt32LE(checksum(bytes, 0, 0, at), at);
  return bytes;
}

/** Undefined where it is none, of a later version, or damaged. */
export function decodeHeader(head: Uint8Array): CheckpointHeader | undefined {
  if (head.length < headerBytes) return undefined;
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  if (bytes.toString("latin1", 0, magic.length) !== magic) return undefined;
  const written = bytes.readUInt32LE(8);
  if (written !== version && written !== versionWithoutNote) return undefined;
  const sections: SlotSection[] = [];
  const count = bytes.readUInt16LE(64);
  const noteAt = fixedBytes + count * sectionBytes;
  const hasNote = written !== versionWithoutNote;
  const end = noteAt + (hasNote ? noteHeaderBytes : 0);
  if (end + 4 > headerBytes || bytes.readUInt32LE(end) !== checksum(bytes, 0, 0, end)) {
    return undefined;
  }
  const note = hasNote
    ? { bytes: bytes.readUInt32LE(noteAt), sum: bytes.readUInt32LE(noteAt + 4) }
    : noNote;
  if (note.bytes > noteBytesMax) return undefined;
  for (let at = fixedBytes; at < noteAt; at += sectionBytes) {
    sections.push({ kind: bytes.readUInt16LE(at), bytesPerSlot: bytes.readUInt32LE(at + 2) });
  }
  return {
    history: Uint8Array.from(bytes.subarray(12, 28)),
    incarnation: bytes.readUInt32LE(28),
    dimension: bytes.readUInt32LE(32),
    begun: bytes.readUIntLE(36, 6),
    done: bytes.readUIntLE(42, 6),
    nextOrdinal: bytes.readUIntLE(48, 6),
    slots: bytes.readUIntLE(54, 6),
    chunkSlots: bytes.readUInt32LE(60),
    sections,
    note,
  };
}

/** What the file of a store is called. */
export function checkpointName(incarnation: number): string {
  return `vectors-${incarnation}`;
}

export const headerBytes = 4_096;
export const noNote: NoteHeader = { bytes: 0, sum: 0 };
export const noteBytesMax: number = 64 * 1024;
const magic = "ahnlich\0";
const version = 2;
const versionWithoutNote = 1;
const fixedBytes = 66;
const sectionBytes = 6;
const noteHeaderBytes = 8;
