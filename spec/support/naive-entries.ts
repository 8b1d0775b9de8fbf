import { createHash } from "node:crypto";
import type { Entry, Include } from "../../lib/model/entry.js";
import type { Metadata } from "../../lib/model/metadata.js";
import { demand, refuse } from "./naive-checks.js";

export interface NaiveEntry {
  readonly id: string;
  readonly vector: Float32Array;
  readonly metadata: Metadata;
  readonly version: number;
  /** Milliseconds since 1970; absent: never. */
  readonly expiresAt: number | undefined;
}

/** The first 16 bytes of the SHA-256 of the little-endian float32 bytes, -0 as +0, in hexadecimal. */
export function contentId(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [i, element] of vector.entries()) bytes.writeFloatLE(element + 0, i * 4);
  return createHash("sha256").update(bytes).digest("hex").slice(0, 32);
}

export function entryOf(
  { id, version, expiresAt, metadata, vector }: NaiveEntry,
  include: Include = {},
): Entry {
  return {
    id,
    version,
    ...(expiresAt !== undefined && { expiresAt }),
    ...((include.metadata ?? true) && { metadata }),
    ...((include.vector ?? true) && { vector }),
  } as Entry;
}

export function meanOf(vectors: Float32Array[]): number[] {
  const [first] = vectors;
  return [...first].map((_, i) => {
    return vectors.reduce((sum, vector) => sum + vector[i], 0) / vectors.length;
  });
}

export function makeCursor(store: string, id: string): string {
  return Buffer.from(JSON.stringify([store, id])).toString("base64url");
}

export function readCursor(cursor: unknown, store: string): string {
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
