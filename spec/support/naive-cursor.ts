import { demand, refuse } from "./naive-checks.js";

export function makeCursor(store: number, id: string): string {
  return Buffer.from(JSON.stringify([store, id])).toString("base64url");
}

export function readCursor(cursor: unknown, store: number): string {
  demand(typeof cursor === "string", "a cursor is text");
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    refuse("INVALID_ARGUMENT", "no cursor of ours");
  }
  demand(Array.isArray(read) && read[0] === store, "no cursor of this store");
  return read[1];
}
