import { textBytes } from "../model/text.js";
import type { WriteBatch } from "../persistence/write-batch.js";
import { changeKey, readU48, writeU48 } from "./keys.js";
import { bodyOf, putRow } from "./row.js";

/*
 * What each command did to the entries of a store, in order, in parts of at most 256 changes:
 *
 *   changes   incarnation, sequence, part   | time u48 | count u16 | (kind u8 | id length u16 | id) x count |
 */

export const changeKinds = ["set", "delete"] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** Changes in order, in runs of one kind each. */
export type Changes = readonly { readonly kind: ChangeKind; readonly ids: readonly string[] }[];

/** How many parts the changes take. */
export function changeParts(changes: Changes): number {
  let parts = 0;
  for (const { ids } of changes) parts += Math.ceil(ids.length / changesPerPart);
  return parts;
}

/** Puts one part after the other; it is done when all are asked for. */
export function* putChanges(
  batch: WriteBatch,
  at: { incarnation: number; sequence: number; time: number },
  changes: Changes,
): Generator<undefined, void, undefined> {
  let part = 0;
  for (const { kind, ids } of changes) {
    for (let from = 0; from < ids.length; from += changesPerPart) {
      const key = changeKey(at.incarnation, at.sequence, part++);
      putPart(batch, key, at.time, kind, ids.slice(from, from + changesPerPart));
      yield;
    }
  }
}

/** When the changes of a row came, in milliseconds since 1970. */
export function timeOfChanges(key: Uint8Array, row: Uint8Array): number {
  return readU48(bodyOf("changes", key, row), 0);
}

function putPart(
  batch: WriteBatch,
  key: Uint8Array,
  time: number,
  kind: ChangeKind,
  ids: readonly string[],
): void {
  let length = 8;
  for (const id of ids) length += 3 + textBytes(id);
  putRow(batch, "changes", key, length, (bytes, start) => {
    writeU48(bytes, start, time);
    bytes.writeUInt16BE(ids.length, start + 6);
    let offset = start + 8;
    for (const id of ids) {
      bytes[offset] = changeKinds.indexOf(kind);
      const written = bytes.write(id, offset + 3);
      bytes.writeUInt16BE(written, offset + 1);
      offset += 3 + written;
    }
  });
}

const changesPerPart = 256;
