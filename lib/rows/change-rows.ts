import { textBytes } from "../model/text.js";
import type { WriteBatch } from "../persistence/write-batch.js";
import { changeKey, readU48, writeU48 } from "./keys.js";
import { bodyOf, putRow } from "./row.js";

/*
 * The log of changes: what each command did to the entries of a store, in order, in parts of at most 256 changes:
 *
 *   changes   incarnation, sequence, part   | time u48 | count u16 | (kind u8 | id length u16 | id) x count |
 */

export const changeKinds = ["set", "delete"] as const;
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

/** How many changes a row holds, and when they came, in milliseconds since 1970. @throws CORRUPT */
export function summaryOfChanges(
  key: Uint8Array,
  row: Uint8Array,
): { readonly count: number; readonly time: number } {
  const body = bodyOf("changes", key, row);
  return { count: body.readUInt16BE(6), time: readU48(body, 0) };
}

const changesPerPart = 256;
