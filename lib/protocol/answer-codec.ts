import { AhnlichError } from "../model/errors.js";
import type { Query, QueryKind, ResponseTo } from "../model/query.js";

/** The answer to `query` as bytes of the caller's own. */
export function encodeAnswer<Q extends Query>(_query: Q, _answer: ResponseTo<Q>): Uint8Array {
  throw new AhnlichError("INTERNAL", "in the making");
}

/**
 * The answer to a query of this kind; nothing of it is a view on the bytes.
 *
 * @throws PROTOCOL_ERROR when these bytes are no such answer
 */
export function decodeAnswer<K extends QueryKind>(
  _kind: K,
  _bytes: Uint8Array,
): ResponseTo<{ readonly kind: K }> {
  throw new AhnlichError("INTERNAL", "in the making");
}
