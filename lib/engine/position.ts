import { writeU48 } from "../rows/keys.js";
import type { Origin } from "../rows/meta-rows.js";

/** How far something has come, as an opaque text: base64url of the folder's history and a sequence u48. */
export function positionOf(origin: Origin, sequence: number): string {
  const bytes = Buffer.alloc(origin.history.length + 6);
  bytes.set(origin.history);
  writeU48(bytes, origin.history.length, sequence);
  return bytes.toString("base64url");
}
