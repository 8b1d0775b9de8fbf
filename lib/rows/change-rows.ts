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

/** Puts one part after the other, and gives the number of the part behind them. */
export function* putChanges(
  batch: WriteBatch,
  { incarnation, sequence, part, time }: LogPlace,
  kind: ChangeKind,
  ids: readonly string[],
): Generator<undefined, number, undefined> {
  let next = part;
  for (let from = 0; from < ids.length; from += changesPerPart) {
    const slice = ids.slice(from, from + changesPerPart);
    const key = changeKey(incarnation, sequence, next++);
    let length = 8;
    for (const id of slice) length += 3 + textBytes(id);
    putRow(batch, "changes", key, length, (bytes, start) => {
      writeU48(bytes, start, time);
      bytes.writeUInt16BE(slice.length, start + 6);
      let offset = start + 8;
      for (const id of slice) {
        bytes[offset] = changeKinds.indexOf(kind);
        const written = bytes.write(id, offset + 3);
        bytes.writeUInt16BE(written, offset + 1);
        offset += 3 + written;
      }
    });
    yield;
  }
  return next;
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

/** All of them at once: whoever takes them reads other rows in between. */
function changesOfRow(key: Uint8Array, row: Uint8Array): LoggedChange[] {
  const body = bodyOf("changes", key, row);
  const sequence = sequenceOfKey(key);
  const part = partOfKey(key);
  const count = body.readUInt16BE(6);
  const changes: LoggedChange[] = [];
  let at = 8;
  for (let offset = 0; offset < count; offset++) {
    const kind = changeKinds[body[at] as number];
    if (kind === undefined) {
      throw new AhnlichError("FORMAT_TOO_NEW", "a change is of a kind of a later version");
    }
    const end = at + 3 + body.readUInt16BE(at + 1);
    const isLast = offset + 1 === count;
    changes.push({ kind, id: body.toString("utf8", at + 3, end), sequence, part, offset, isLast });
    at = end;
  }
  return changes;
}

export const changesPerPart = 256;
