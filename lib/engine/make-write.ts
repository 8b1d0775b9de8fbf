import type { Limits } from "../model/limits.js";
import type { WriteIdentity } from "../model/write-identity.js";
import { fingerprintOf } from "../rows/fingerprint.js";
import { type CommandIdentity, isSmall, type Write } from "./command.js";
import type { Steps } from "./steps.js";
import { type WriteQuery, writeOf } from "./write-of.js";

/** A write, and what tells it from others where it may be repeated. */
export interface MadeWrite {
  readonly write: Write;
  readonly identity: CommandIdentity | undefined;
}

/** @throws LIMIT_EXCEEDED where the write is too big once it is encoded */
export function* makeWrite(
  query: WriteQuery,
  limits: Limits,
  identity: WriteIdentity | undefined,
): Steps<MadeWrite> {
  const write = yield* writeOf(query, limits);
  if (identity === undefined) return { write, identity };
  const fingerprint = yield* fingerprintOf(write);
  return { write, identity: { ...identity, fingerprint } };
}

/** Whether there is so much to encode or to hash that it is to be made in slices. */
export function isLongToMake(query: WriteQuery, identity: WriteIdentity | undefined): boolean {
  if (isSmall(query)) return false;
  if (query.kind === "set" || query.kind === "transaction") return true;
  return identity !== undefined && "target" in query && query.target.kind === "ids";
}
