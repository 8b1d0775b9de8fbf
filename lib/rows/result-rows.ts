import { decode } from "../encoding/decode.js";
import { encode } from "../encoding/encode.js";
import type { WriteIdentity } from "../model/write-identity.js";
import type { Snapshot } from "../persistence/persistence.js";
import type { WriteBatch } from "../persistence/write-batch.js";
import { readU48, writeU32, writeU48 } from "./keys.js";
import { bodyOf, putRow } from "./row.js";

/*
 * What writes with a key were answered. A scope is a text of at most 255 bytes; a key is UTF-8, in which no byte is
 * 0xff, so that what a pipeline's member adds to it makes it no other's:
 *
 *   results  0 u8, scope length u8, scope, key | 0 u8, scope length u8, scope, key, 0xff, member u32
 *              | sequence u48 | time u48 | fingerprint, 16 bytes | answer, MessagePack |
 *   results  1 u8, scope length u8, scope, sequence u48   | time u48 | key of the row above |
 *   results  2 u8, scope length u8, scope                 | rows u48 | first sequence u48 | its time u48 |
 */

export interface StoredResult {
  readonly sequence: number;
  readonly time: number;
  /** Of the write that was answered. */
  readonly fingerprint: Uint8Array;
  /** MessagePack. */
  readonly answer: Uint8Array;
}

/** Where in the order of its scope a result stands. */
export interface ResultPlace {
  readonly sequence: number;
  readonly time: number;
  /** Of the result's row. */
  readonly key: Uint8Array;
}

/** How many results a scope has, from which sequence on, and when the oldest came. */
export interface ResultCounters {
  readonly rows: number;
  readonly from: number;
  readonly since: number;
}

export const fingerprintBytes = 16;

/** Of the row that holds the result. */
export function resultKey({ scope, key, member }: WriteIdentity): Uint8Array {
  const start = scopeKey(resultKind, scope);
  const bytes = Buffer.from(key);
  const result = new Uint8Array(start.length + bytes.length + (member === undefined ? 0 : 5));
  result.set(start);
  result.set(bytes, start.length);
  if (member === undefined) return result;
  result[result.length - 5] = 0xff;
  writeU32(result, result.length - 4, member);
  return result;
}

export function putResult(batch: WriteBatch, key: Uint8Array, result: StoredResult): void {
  putRow(batch, "results", key, prefixBytes + result.answer.length, (bytes, at) => {
    writeU48(bytes, at, result.sequence);
    writeU48(bytes, at + 6, result.time);
    bytes.set(result.fingerprint, at + 12);
    bytes.set(result.answer, at + prefixBytes);
  });
}

/** A copy; undefined where there is none. */
export function readResult(snapshot: Snapshot, key: Uint8Array): StoredResult | undefined {
  const row = snapshot.get("results", key);
  if (row === undefined) return undefined;
  const body = Uint8Array.from(bodyOf("results", key, row));
  return {
    sequence: readU48(body, 0),
    time: readU48(body, 6),
    fingerprint: body.subarray(12, prefixBytes),
    answer: body.subarray(prefixBytes),
  };
}

export function putPlace(batch: WriteBatch, scope: string, place: ResultPlace): void {
  const key = placeKey(scope, place.sequence);
  putRow(batch, "results", key, 6 + place.key.length, (bytes, at) => {
    writeU48(bytes, at, place.time);
    bytes.set(place.key, at + 6);
  });
}

export function deletePlace(batch: WriteBatch, scope: string, place: ResultPlace): void {
  batch.delete("results", placeKey(scope, place.sequence));
  if (place.key.length > 0) batch.delete("results", place.key);
}

/** The places of the scope from that sequence on. One that cannot be read is as old as can be, and has no key. */
export function* readPlaces(
  snapshot: Snapshot,
  scope: string,
  from: number,
): Generator<ResultPlace, void, undefined> {
  const end = placeKey(scope, sequenceMax);
  for (const { key, value } of snapshot.range("results", placeKey(scope, from), end)) {
    yield placeOf(Uint8Array.from(key), value);
  }
}

export function putResultCounters(
  batch: WriteBatch,
  scope: string,
  counters: ResultCounters,
): void {
  putRow(batch, "results", scopeKey(scopeKind, scope), 18, (bytes, at) => {
    writeU48(bytes, at, counters.rows);
    writeU48(bytes, at + 6, counters.from);
    writeU48(bytes, at + 12, counters.since);
  });
}

export function deleteResultCounters(batch: WriteBatch, scope: string): void {
  batch.delete("results", scopeKey(scopeKind, scope));
}

export function readResultCounters(snapshot: Snapshot, scope: string): ResultCounters | undefined {
  const key = scopeKey(scopeKind, scope);
  const row = snapshot.get("results", key);
  return row === undefined ? undefined : countersOf(key, row);
}

export interface ResultScope {
  readonly name: string;
  readonly counters: ResultCounters;
}

/** All scopes that have results. */
export function* readResultScopes(snapshot: Snapshot): Generator<ResultScope, void, undefined> {
  const [from, to] = [Uint8Array.of(scopeKind), Uint8Array.of(scopeKind + 1)];
  for (const { key, value } of snapshot.range("results", from, to)) {
    yield { name: Buffer.from(key.subarray(2)).toString(), counters: countersOf(key, value) };
  }
}

/** The number that a client gave the write. */
export function numberOf(scope: string, { key }: ResultPlace): number {
  const start = 2 + Buffer.byteLength(scope);
  const end = key.indexOf(0xff, start);
  return Number(Buffer.from(key.subarray(start, end < 0 ? key.length : end)).toString());
}

export function encodeResult(answer: unknown): Uint8Array {
  return encode(answer, "answer");
}

export function decodeResult(bytes: Uint8Array): unknown {
  return decode(bytes, { code: "CORRUPT" });
}

function countersOf(key: Uint8Array, row: Uint8Array): ResultCounters {
  const body = bodyOf("results", key, row);
  return { rows: readU48(body, 0), from: readU48(body, 6), since: readU48(body, 12) };
}

function placeOf(key: Uint8Array, value: Uint8Array): ResultPlace {
  const sequence = readU48(key, key.length - 6);
  try {
    const body = Uint8Array.from(bodyOf("results", key, value));
    return { sequence, time: readU48(body, 0), key: body.subarray(6) };
  } catch {
    return { sequence, time: 0, key: new Uint8Array(0) };
  }
}

function placeKey(scope: string, sequence: number): Uint8Array {
  const start = scopeKey(placeKind, scope);
  const key = new Uint8Array(start.length + 6);
  key.set(start);
  writeU48(key, start.length, sequence);
  return key;
}

function scopeKey(kind: number, scope: string): Uint8Array {
  const bytes = Buffer.from(scope);
  const key = new Uint8Array(2 + bytes.length);
  key[0] = kind;
  key[1] = bytes.length;
  key.set(bytes, 2);
  return key;
}

const resultKind = 0;
const placeKind = 1;
const scopeKind = 2;
const prefixBytes: number = 12 + fingerprintBytes;
const sequenceMax: number = 2 ** 48 - 1;
