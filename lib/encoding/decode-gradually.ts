import { Building } from "./building.js";
import { decode, surplus } from "./decode.js";
import { beginScan, type DecodeOptions, goOnScanning, type Scan } from "./scan.js";

/** When others should have their turn, and how they get it. */
export interface Pause {
  readonly isOver: boolean;
  next(): Promise<void>;
}

/**
 * As `decode`, but that others have their turns while it is under way: a value of a million parts takes a second.
 *
 * @throws as `decode` does
 */
export async function decodeGradually(
  bytes: Uint8Array,
  options: DecodeOptions,
  pause: Pause,
): Promise<unknown> {
  const scan = beginScan(bytes, 0, options);
  await scanGradually(scan, pause);
  if (scan.end !== bytes.length) throw surplus(bytes.length - scan.end, options);
  // Of few values, however long, the decoder of all others is the quicker one.
  if (scan.values <= valuesAtOnce) return decode(bytes, options);
  const building = new Building(bytes);
  while (!building.goOn(valuesPerLook)) {
    if (pause.isOver) await pause.next();
  }
  return building.value;
}

/** @throws as `scan` does */
export async function scanGradually(scan: Scan, pause: Pause): Promise<void> {
  while (!goOnScanning(scan, valuesAtOnce)) {
    if (pause.isOver) await pause.next();
  }
}

/** What is read within a millisecond or so. */
export const valuesAtOnce = 4_096;
const valuesPerLook = 64;
