import { createHash } from "node:crypto";
import type { Entry, Include } from "../../lib/model/entry.js";
import type { Limits } from "../../lib/model/limits.js";
import type { Metadata } from "../../lib/model/metadata.js";
import {
  checkedId,
  checkedVector,
  demand,
  demandTtl,
  demandVersion,
  refuse,
} from "./naive-checks.js";

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

/** Refuses where an entry of the ids has another version than is asked for; 0 asks that there is none. */
export function demandVersions(
  { entries }: { entries: ReadonlyMap<string, NaiveEntry> },
  target: unknown,
  ids: readonly string[],
  ifVersion: unknown,
): void {
  demandVersion(ifVersion);
  if (ifVersion === undefined) return;
  demand(typeof target === "string" || Array.isArray(target), "ifVersion goes with keys");
  for (const id of ids) {
    const got = entries.get(id)?.version ?? 0;
    const details = { id, expected: ifVersion, got };
    if (got !== ifVersion) refuse("VERSION_CONFLICT", `${id} has version ${got}`, details);
  }
}

/** When what is written now expires; undefined: never. */
export function expiryOf(now: number, ttlMs: unknown): number | undefined {
  if (ttlMs === undefined || ttlMs === null) return undefined;
  demandTtl(ttlMs);
  return Math.min(now + ttlMs, 2 ** 48 - 1);
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

export function idOfKey(limits: Limits, key: unknown): string {
  return typeof key === "string" ? checkedId(limits, key) : contentId(checkedVector(key));
}
