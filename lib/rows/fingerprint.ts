import { createHash, type Hash } from "node:crypto";
import { encode } from "../encoding/encode.js";
import { vectorToBytes } from "../model/vector.js";
import { fingerprintBytes } from "./result-rows.js";

/**
 * What two writes have in common only where they are the same: a hash over their fields by name, in which those
 * that are undefined do not count, so that a field that a later version adds changes none that does not use it.
 */
export function* fingerprintOf(write: object): Steps<Uint8Array> {
  const hash = createHash("sha256");
  yield* feed(hash, write);
  return Uint8Array.from(hash.digest().subarray(0, fingerprintBytes));
}

function* feed(hash: Hash, value: unknown): Steps<void> {
  if (Array.isArray(value)) {
    hash.update(`[${value.length}]`);
    yield* value.every((element) => typeof element === "string")
      ? feedTexts(hash, value)
      : feedEach(hash, value);
  } else if (!isPlain(value)) {
    hash.update(encode(leafOf(value)));
  } else {
    yield* feedFields(hash, value);
  }
}

function* feedEach(hash: Hash, elements: readonly unknown[]): Steps<void> {
  for (const element of elements) {
    yield* feed(hash, element);
    yield;
  }
}

/** Ids, of which there may be many: one by one each would cost more than it is long. */
function* feedTexts(hash: Hash, texts: readonly string[]): Steps<void> {
  for (let from = 0; from < texts.length; from += textsPerStep) {
    hash.update(encode(texts.slice(from, from + textsPerStep)));
    yield;
  }
}

function* feedFields(hash: Hash, value: Record<string, unknown>): Steps<void> {
  const names = Object.keys(value).sort();
  const leaves: Record<string, unknown> = {};
  for (const name of names) {
    const field = value[name];
    if (field !== undefined && !Array.isArray(field) && !isPlain(field)) {
      Object.defineProperty(leaves, name, { ...plainProperty, value: leafOf(field) });
    }
  }
  hash.update(encode(leaves));
  for (const name of names) {
    const field = value[name];
    if (!Array.isArray(field) && !isPlain(field)) continue;
    hash.update(encode(name));
    yield* feed(hash, field);
  }
  hash.update("}");
}

function leafOf(value: unknown): unknown {
  return value instanceof Float32Array ? vectorToBytes(value) : value;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  return !ArrayBuffer.isView(value) && !(value instanceof Date);
}

/** As the engine's: between any two steps others may have their turn. */
type Steps<T> = Generator<undefined, T, undefined>;

const textsPerStep = 256;
const plainProperty = { writable: true, enumerable: true, configurable: true } as const;
