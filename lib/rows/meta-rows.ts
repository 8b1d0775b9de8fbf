import { AhnlichError } from "../model/errors.js";
import type { Snapshot } from "../persistence/persistence.js";
import type { WriteBatch } from "../persistence/write-batch.js";
import { nameKey, readU32, readU48, writeU32, writeU48 } from "./keys.js";
import { bodyOf, putRow } from "./row.js";

/*
 *   meta  "format"   | format u32 | created, ms since 1970 u48 | history, 16 random bytes |
 *   meta  "state"    | applied sequence u48 | its time, ms since 1970 u48 | next incarnation u32 |
 */

/** The format of the folder as a whole; a later version raises it when this one could no longer read it. */
export const folderFormat = 3;

/** What is written once, when the folder is made. */
export interface Origin {
  /** Of the folder: at most `folderFormat`. */
  readonly format: number;
  readonly createdAt: number;
  /** Tells one folder's positions from another's. */
  readonly history: Uint8Array;
}

/** How far the engine has come. */
export interface State {
  readonly sequence: number;
  /** Of the last command; time never runs backwards. */
  readonly time: number;
  readonly nextIncarnation: number;
}

/** Puts the row in the format of this version, whatever it was. */
export function putOrigin(batch: WriteBatch, origin: Omit<Origin, "format">): void {
  putRow(batch, "meta", formatKey, 26, (bytes, at) => {
    writeU32(bytes, at, folderFormat);
    writeU48(bytes, at + 4, origin.createdAt);
    bytes.set(origin.history, at + 10);
  });
}

/** @throws FORMAT_TOO_NEW */
export function readOrigin(snapshot: Snapshot): Origin | undefined {
  const row = snapshot.get("meta", formatKey);
  if (row === undefined) return undefined;
  const body = bodyOf("meta", formatKey, row);
  const format = readU32(body, 0);
  if (format > folderFormat) {
    throw new AhnlichError(
      "FORMAT_TOO_NEW",
      `the folder has format ${format}, this version reads up to ${folderFormat}: use a newer ahnlich`,
      { details: { format, readable: folderFormat } },
    );
  }
  const history = Uint8Array.from(body.subarray(10, 26));
  return { format, createdAt: readU48(body, 4), history };
}

export function putState(batch: WriteBatch, state: State): void {
  putRow(batch, "meta", stateKey, 16, (bytes, at) => {
    writeU48(bytes, at, state.sequence);
    writeU48(bytes, at + 6, state.time);
    writeU32(bytes, at + 12, state.nextIncarnation);
  });
}

export function readState(snapshot: Snapshot): State | undefined {
  const row = snapshot.get("meta", stateKey);
  if (row === undefined) return undefined;
  const body = bodyOf("meta", stateKey, row);
  return { sequence: readU48(body, 0), time: readU48(body, 6), nextIncarnation: readU32(body, 12) };
}

const formatKey: Uint8Array = nameKey("format");
const stateKey: Uint8Array = nameKey("state");
