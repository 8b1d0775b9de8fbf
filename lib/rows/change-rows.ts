import { AhnlichError } from "../model/errors.js";
import { textBytes } from "../model/text.js";
import type { Snapshot } from "../persistence/persistence.js";
import type { WriteBatch } from "../persistence/write-batch.js";
import { afterStoreKey, changeKey, partOfKey, readU48, sequenceOfKey, writeU48 } from "./keys.js";
import { bodyOf, putRow } from "./row.js";

/*
 * The log of changes: what each command did to the entries of a store, in order, in parts of at most 256 changes:
 *
 *   changes   incarnation, sequence, part   | time u48 | count u16 | (kind u8 | id length u16 | id) x count |
 *
 * Where a vector died by it, 4 is added to the kind, and its ordinal, u48, comes before the id.
 */

export const changeKinds = ["set", "delete", "expire"] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** Where in the log of its store the changes of a command begin, and when it came. */
export interface LogPlace {
  readonly incarnation: number;
  readonly sequence: number;
  /** Above 0 where the command has logged something before. */
  readonly part: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** What a command did to some entries. */
export interface ChangedEntries {
  readonly kind: ChangeKind;
  readonly ids: readonly string[];
  /** Of each the ordinal of the vector that died by it; undefined where none did, or where none of all did. */
  readonly died?: readonly (number | undefined)[];
}

/** Puts one part after the other, and gives the number of the part behind them. */
export function* putChanges(
  batch: WriteBatch,
  place: LogPlace,
  changed: ChangedEntries,
): Generator<undefined, number, undefined> {
  let { part } = place;
  for (let from = 0; from < changed.ids.length; from += changesPerPart) {
    putPart(batch, place, part++, changed, from);
    yield;
  }
  return part;
}

/** As `putChanges`, where they are one part: at most `changesPerPart`, and one at least. */
export function putChangesAtOnce(
  batch: WriteBatch,
  place: LogPlace,
  changed: ChangedEntries,
): number {
  putPart(batch, place, place.part, changed, 0);
  return place.part + 1;
}

function putPart(
  batch: WriteBatch,
  { incarnation, sequence, time }: LogPlace,
  part: number,
  { kind, ids, died }: ChangedEntries,
  from: number,
): void {
  const end = Math.min(from + changesPerPart, ids.length);
  let length = 8;
  for (let i = from; i < end; i++) {
    length += (died?.[i] === undefined ? 3 : 9) + textBytes(ids[i] as string);
  }
  const key = changeKey(incarnation, sequence, part);
  putRow(batch, "changes", key, length, (bytes, start) => {
    writeU48(bytes, start, time);
    bytes.writeUInt16BE(end - from, start + 6);
    let offset = start + 8;
    for (let i = from; i < end; i++) {
      offset = writeChange(bytes, offset, kind, ids[i] as string, died?.[i]);
    }
  });
}

/** Where the next one begins. */
function writeChange(
  bytes: Buffer,
  at: number,
  kind: ChangeKind,
  id: string,
  died: number | undefined,
): number {
  bytes[at] = changeKinds.indexOf(kind) + (died === undefined ? 0 : withDeath);
  if (died !== undefined) writeU48(bytes, at + 3, died);
  const idAt = at + (died === undefined ? 3 : 9);
  const written = bytes.write(id, idAt);
  bytes.writeUInt16BE(written, at + 1);
  return idAt + written;
}

/** One change, as it is kept. */
export interface LoggedChange {
  readonly kind: ChangeKind;
  readonly id: string;
  readonly sequence: number;
  readonly part: number;
  /** Its place in the part, from 0 on. */
  readonly offset: number;
  /** Whether it is the last one of its command. */
  isLast: boolean;
}

/** The changes of a store from a part of a command on, in order. @throws CORRUPT, FORMAT_TOO_NEW */
export function* readChanges(
  snapshot: Snapshot,
  incarnation: number,
  sequence: number,
  part: number,
): Generator<LoggedChange, void, undefined> {
  const from = changeKey(incarnation, sequence, part);
  let row: LoggedChange[] = [];
  for (const { key, value } of snapshot.range("changes", from, afterStoreKey(incarnation))) {
    const next = changesOfRow(key, value);
    const last = row.at(-1);
    if (last !== undefined) last.isLast = last.sequence !== sequenceOfKey(key);
    yield* row;
    row = next;
  }
  yield* row;
}

/** How many changes a row holds, and when they came, in milliseconds since 1970. @throws CORRUPT */
export function summaryOfChanges(
  key: Uint8Array,
  row: Uint8Array,
): { readonly count: number; readonly time: number } {
  const body = bodyOf("changes", key, row);
  return { count: body.readUInt16BE(6), time: readU48(body, 0) };
}

/**
 * The ordinals of the vectors of a store that died by its changes from a sequence on, as far as they are in the
 * log, one array a row. @throws CORRUPT, FORMAT_TOO_NEW
 */
export function* readDeaths(
  snapshot: Snapshot,
  incarnation: number,
  sequence: number,
): Generator<number[], void, undefined> {
  const from = changeKey(incarnation, sequence, 0);
  for (const { key, value } of snapshot.range("changes", from, afterStoreKey(incarnation))) {
    const died: number[] = [];
    for (const change of changesIn(bodyOf("changes", key, value))) {
      if (change.died !== undefined) died.push(change.died);
    }
    yield died;
  }
}

/** All of them at once: whoever takes them reads other rows in between. */
function changesOfRow(key: Uint8Array, row: Uint8Array): LoggedChange[] {
  const body = bodyOf("changes", key, row);
  const sequence = sequenceOfKey(key);
  const part = partOfKey(key);
  const changes: LoggedChange[] = [];
  let last: LoggedChange | undefined;
  for (const { kind, from, to } of changesIn(body)) {
    const id = body.toString("utf8", from, to);
    last = { kind, id, sequence, part, offset: changes.length, isLast: false };
    changes.push(last);
  }
  if (last !== undefined) last.isLast = true;
  return changes;
}

/** Each change of a row's body: its kind, what died by it, and where its id lies. */
function* changesIn(body: Buffer): Generator<{
  readonly kind: ChangeKind;
  readonly died: number | undefined;
  readonly from: number;
  readonly to: number;
}> {
  const count = body.readUInt16BE(6);
  let at = 8;
  for (let i = 0; i < count; i++) {
    const code = body[at] as number;
    const kind = changeKinds[code & ~withDeath];
    if (kind === undefined) {
      throw new AhnlichError("FORMAT_TOO_NEW", "a change is of a kind of a later version");
    }
    const hasDeath = (code & withDeath) !== 0;
    const from = at + (hasDeath ? 9 : 3);
    const to = from + body.readUInt16BE(at + 1);
    yield { kind, died: hasDeath ? readU48(body, at + 3) : undefined, from, to };
    at = to;
  }
}

export const changesPerPart = 256;
const withDeath = 4;
