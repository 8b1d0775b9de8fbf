import { createHash } from "node:crypto";
import type { Entry, Include } from "../../lib/model/entry.js";
import type { Metadata } from "../../lib/model/metadata.js";

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
