import { describe } from "../model/describe.js";
import { AhnlichError } from "../model/errors.js";

/** What the beginning of a NumPy file says of the rest: rows of numbers, one after the other. */
export interface NpyHeader {
  readonly rows: number;
  readonly dimension: number;
  readonly type: NpyType;
  /** Where the numbers begin. */
  readonly offset: number;
}

/** Little-endian floating point of 2, 4 and 8 bytes. */
export type NpyType = "<f2" | "<f4" | "<f8";

/** Bytes of one number. */
export const npyWidths: Readonly<Record<NpyType, number>> = { "<f2": 2, "<f4": 4, "<f8": 8 };

/** The most that a header may take; NumPy itself gives up at a sixth of it. */
export const npyHeaderBytesMax: number = 64 * 1024;

/** A header of format 1.0, always of 128 bytes, whatever the number of rows. */
export function makeNpyHeader(rows: number, dimension: number): Buffer {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${dimension}), }`;
  const header = Buffer.alloc(headerBytes, " ");
  header.write(magic, 0, "latin1");
  header.writeUInt16LE(1, magic.length);
  header.writeUInt16LE(headerBytes - prefixBytes, magic.length + 2);
  header.write(text, prefixBytes, "latin1");
  header.write("\n", headerBytes - 1, "latin1");
  return header;
}

/**
 * The header at the beginning of these bytes, of format 1.0, 2.0 or 3.0.
 *
 * @throws INVALID_ARGUMENT for anything but a matrix of little-endian floats, row by row
 */
export function parseNpyHeader(bytes: Buffer): NpyHeader {
  if (bytes.toString("latin1", 0, magic.length) !== magic) {
    throw refused("expected a NumPy file (.npy), got another one");
  }
  const major = bytes[magic.length];
  if (!(major >= 1 && major <= 3)) throw refused(`expected format 1, 2 or 3, got ${major}`);
  const start = major === 1 ? prefixBytes : prefixBytes + 2;
  if (bytes.length < start) throw refused("the file ends within its header");
  const length = major === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  const offset = start + length;
  if (offset > npyHeaderBytesMax) throw refused(`expected a short header, got ${offset} bytes`);
  if (bytes.length < offset) throw refused("the file ends within its header");
  return { ...parseDictionary(bytes.toString("latin1", start, offset)), offset };
}

function parseDictionary(text: string): Omit<NpyHeader, "offset"> {
  const type = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  if (shape === undefined || order === undefined) {
    throw refused(`expected descr, fortran_order and shape, got ${describe(text.trim())}`);
  }
  if (type === undefined || !Object.hasOwn(npyWidths, type)) {
    const got = type === undefined ? "a structured one" : `'${type}'${hints[type[0]] ?? ""}`;
    throw refused(`expected the type '<f4', '<f8' or '<f2', got ${got}; use .astype('<f4')`);
  }
  if (order === "True") {
    throw refused("expected rows (C order), got columns (Fortran order); use ascontiguousarray");
  }
  const sizes = shape.split(",").filter((size) => size.trim() !== "");
  const [rows, dimension] = sizes.map(Number);
  if (sizes.length !== 2 || !Number.isSafeInteger(rows * dimension * 8) || dimension < 1) {
    throw refused(`expected the shape (rows, dimension), got (${shape.slice(0, 100)})`);
  }
  return { rows, dimension, type: type as NpyType };
}

function refused(sentence: string): AhnlichError {
  return new AhnlichError("INVALID_ARGUMENT", sentence);
}

const hints: Readonly<Record<string, string>> = {
  ">": " (big endian)",
  "|": " (objects or bytes)",
};
const magic = "\x93NUMPY";
/** Magic, version, and the length of the rest in format 1.0. */
const prefixBytes = 10;
const headerBytes = 128;
