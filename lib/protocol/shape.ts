import { endianness } from "node:os";
import { inspect, isPlain, undefinedProperty, unencodable } from "../encoding/inspect.js";
import type { PieceEncoder } from "../encoding/piece-encoder.js";
import { AhnlichError } from "../model/errors.js";
import { isVectorInput, vectorFromBytes, vectorToBytes } from "../model/vector.js";

/**
 * How a value travels that is more than its own MessagePack. What is not of the shape passes as it
 * is: the engine, not the wire, says what is wrong with it, and says so in every reach alike.
 */
export interface Shape {
  /** The value as it is encoded. @throws INVALID_ARGUMENT where it would arrive as another */
  wire(value: unknown, path: string): unknown;
  /** The value again, from what was decoded, which it may change. */
  read(value: unknown, path: string): unknown;
  /** The value encoded as `wire` gives it, in steps of a millisecond or so; undefined: it is never that long. */
  readonly encode?: EncodeInSteps | undefined;
}

export type EncodeInSteps = (value: unknown, path: string, encoder: PieceEncoder) => Pieces;

/** Others may have their turn wherever it yields. */
export type Pieces = Generator<undefined, void, undefined>;

/** A vector, or a key that is one: little-endian float32 bytes. */
export const vector: Shape = {
  wire(value, path) {
    if (value instanceof Float32Array) {
      // Of a buffer that was given away there is no view, only a length of 0.
      return value.length === 0 ? new Uint8Array() : vectorToBytes(value);
    }
    if (Array.isArray(value) && isVectorInput(value))
      return vectorToBytes(Float32Array.from(value));
    if (!(value instanceof Uint8Array)) return value;
    throw new AhnlichError(
      "INVALID_ARGUMENT",
      `${path}: expected a Float32Array or an array of numbers, got bytes`,
    );
  },
  read(value, path) {
    if (!(value instanceof Uint8Array)) return value;
    if (value.length % 4 === 0) return ownedVector(value);
    throw new AhnlichError(
      "INVALID_ARGUMENT",
      `${path}: expected float32 bytes, whose number is a multiple of 4, got ${value.length}`,
    );
  },
};

/** Decoded bytes are a copy already: where the machine has the wire's order they need no other. */
function ownedVector(bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset, length } = bytes;
  if (byteOffset !== 0 || buffer.byteLength !== length || endianness() === "BE") {
    return vectorFromBytes(bytes);
  }
  return new Float32Array(buffer);
}

/** A predicate: what is undefined in it is a mistake, while elsewhere it is as good as absent. */
export const predicate: Shape = {
  wire(value, path) {
    if (mayHoldUndefined(value)) refuseUndefined(value, path);
    return value;
  },
  read: (value) => value,
};

export function listOf(element: Shape): Shape {
  return {
    wire: (value, path) =>
      Array.isArray(value) ? value.map((item, i) => element.wire(item, `${path}[${i}]`)) : value,
    read(value, path) {
      if (!Array.isArray(value)) return value;
      for (let i = 0; i < value.length; i++) value[i] = element.read(value[i], `${path}[${i}]`);
      return value;
    },
    *encode(value, path, encoder) {
      if (!Array.isArray(value)) return encoder.value(value);
      encoder.openList(value.length);
      yield* element.encode === undefined
        ? encodeRuns(value, element, path, encoder)
        : encodeEach(value, element.encode, path, encoder);
      encoder.close();
    },
  };
}

function* encodeRuns(list: unknown[], element: Shape, path: string, encoder: PieceEncoder): Pieces {
  for (let from = 0; from < list.length; ) {
    const run = list.slice(from, from + encoder.runLength);
    encoder.elements(run.map((item, i) => element.wire(item, `${path}[${from + i}]`)));
    from += run.length;
    yield;
  }
}

function* encodeEach(
  list: unknown[],
  encodeElement: EncodeInSteps,
  path: string,
  encoder: PieceEncoder,
): Pieces {
  for (const [i, item] of list.entries()) yield* encodeElement(item, `${path}[${i}]`, encoder);
}

/** A plain object some of whose fields have shapes. */
export function fieldsOf(shapes: { readonly [name: string]: Shape }): Shape {
  const names = Object.keys(shapes);
  return {
    wire(value, path) {
      if (!isFields(value) || names.every((name) => value[name] === undefined)) return value;
      const wire: Fields = { ...value };
      for (const name of names) {
        if (Object.hasOwn(value, name)) {
          wire[name] = shapes[name].wire(value[name], `${path}.${name}`);
        }
      }
      return wire;
    },
    read(value, path) {
      if (!isFields(value)) return value;
      for (const name of names) {
        if (Object.hasOwn(value, name)) {
          value[name] = shapes[name].read(value[name], `${path}.${name}`);
        }
      }
      return value;
    },
    encode: names.some((name) => shapes[name].encode !== undefined)
      ? (value, path, encoder) => encodeFields(value, shapes, path, encoder)
      : undefined,
  };
}

function* encodeFields(
  value: unknown,
  shapes: { readonly [name: string]: Shape },
  path: string,
  encoder: PieceEncoder,
): Pieces {
  if (!isFields(value) || !isPlain(value)) return encoder.value(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  encoder.openMap(fields.length);
  for (const [name, field] of fields) {
    encoder.value(name);
    const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
    if (shape?.encode !== undefined) yield* shape.encode(field, `${path}.${name}`, encoder);
    else encoder.value(shape === undefined ? field : shape.wire(field, `${path}.${name}`));
  }
  encoder.close();
}

export interface Fields {
  [name: string]: unknown;
}

/** True for what a map is decoded to, and callers write in its place. */
export function isFields(value: unknown): value is Fields {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof Date)
  );
}

/** False also for what the encoder is going to refuse: it names the place. */
function mayHoldUndefined(value: unknown): boolean {
  const found = inspect(value);
  return (found & undefinedProperty) !== 0 && (found & unencodable) === 0;
}

function refuseUndefined(value: unknown, path: string): void {
  if (!isFields(value) && !Array.isArray(value)) return;
  for (const [name, element] of Object.entries(value)) {
    const at = Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`;
    if (element === undefined) {
      throw new AhnlichError("INVALID_ARGUMENT", `${at}: undefined is no value in a predicate`);
    }
    refuseUndefined(element, at);
  }
}
