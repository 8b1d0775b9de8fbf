import type { Limits } from "../model/limits.js";
import type { WriteIdentity } from "../model/write-identity.js";
import { fingerprintOf } from "../rows/fingerprint.js";
import type { CommandIdentity, Write } from "./command.js";
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
