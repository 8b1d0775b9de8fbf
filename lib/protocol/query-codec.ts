import { AhnlichError } from "../model/errors.js";
import type { Query } from "../model/query.js";

/**
 * A query as bytes, copied: what the caller changes afterwards changes nothing. Kinds and fields
 * that are unknown here are passed on for the engine to judge.
 *
 * @throws INVALID_ARGUMENT for a value that cannot travel, with its path
 */
export function encodeQuery(_query: Query): Uint8Array {
  throw new AhnlichError("INTERNAL", "in the making");
}

/**
 * The query in these bytes; nothing of it is a view on them. Only its form is judged here; its
 * kind, fields and values are the engine's to judge.
 *
 * @throws PROTOCOL_ERROR, INVALID_ARGUMENT, LIMIT_EXCEEDED for this one request: the session goes on
 */
export function decodeQuery(_bytes: Uint8Array): Query {
  throw new AhnlichError("INTERNAL", "in the making");
}
