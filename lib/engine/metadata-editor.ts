import { checkLimit, type Limits } from "../model/limits.js";
import { metadataPatcher } from "../model/patch-metadata.js";
import { decodeMetadata, encodeMetadata, type StoredEntry } from "../rows/entry-rows.js";
import type { WritePatch } from "./command.js";

/**
 * A function that gives the encoded metadata that an entry has after the patch, as bytes of its own; undefined where
 * the patch says nothing at all.
 *
 * @throws LIMIT_EXCEEDED from that function where they are too many
 */
export function metadataEditor(
  { vector, metadata, ttlMs, remove, replaces }: WritePatch,
  limits: Limits,
): ((entry: StoredEntry) => Uint8Array) | undefined {
  if (replaces) {
    const encoded = encodeMetadata(metadata ?? {});
    return () => encoded;
  }
  const isLeft = remove.length === 0 && Object.keys(metadata ?? {}).length === 0;
  if (isLeft && vector === undefined && ttlMs === undefined) return undefined;
  if (isLeft) return (entry) => Uint8Array.from(entry.metadata);
  const patched = metadataPatcher(metadata ?? {}, remove);
  return (entry) => {
    const encoded = encodeMetadata(patched(decodeMetadata(entry.metadata)));
    checkLimit(limits, "metadataBytes", encoded.length, `metadata of entry ${entry.id}`);
    return encoded;
  };
}
