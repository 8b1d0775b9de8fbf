import { textBytes } from "../model/text.js";
import type { WriteBatch } from "../persistence/write-batch.js";
import { changeKey, readU48, writeU48 } from "./keys.js";
import { bodyOf, putRow } from "./row.js";

/*
 * What each command did to the entries of a store, in order, in parts of at most 256 changes:
 *
 *   changes   incarnation, sequence, part   | time u48 | count u16 | (kind u8 | id length u16 | id) x count |
 */

export const changeKinds = ["set", "delete", "expire"] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** How many parts `count` changes take. */
export function changeParts(count: number): number {
  return Math.ceil(count / changesPerPart);
}

/** Puts one part after the other; it is done when all are asked for. */
export function* putChanges(
  batch: WriteBatch,
  at: { incarnation: number; sequence: number; time: number },
  kind: ChangeKind,
  ids: readonly string[],
): Generator<undefined, void, undefined> {
  for (let part = 0; part * changesPerPart < ids.length; part++) {
    const slice = ids.slice(part * changesPerPart, (part + 1) * changesPerPart);
    const key = changeKey(at.incarnation, at.sequence, part);
    let length = 8;
    for (const id of slice) length += 3 + textBytes(id);
    putRow(batch, "changes", key, length, (bytes, start) => {
      writeU48(bytes, start, at.time);
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
}

/** When the changes of a row came, in milliseconds since 1970. */
export function timeOfChanges(key: Uint8Array, row: Uint8Array): number {
  return readU48(bodyOf("changes", key, row), 0);
}

const changesPerPart = 256;
