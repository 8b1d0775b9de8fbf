import { AhnlichError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";

/** Who owns a folder, as it stands in the environment: JSON, so that people can read it too. */
export interface OwnerRow {
  /** Grows with every owner and never falls, so that a commit of a former owner is recognised. */
  readonly epoch: number;
  /** Who owns it; undefined where the last owner has closed it. */
  readonly owner: Owner | undefined;
}

export interface Owner {
  /** 32 hexadecimal digits that no other owner has had. */
  readonly nonce: string;
  readonly pid: number;
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly started: number;
  /** What those who join it must agree to; undefined where it lets nobody join. */
  readonly shared?: Shared | undefined;
}

export interface Shared {
  readonly limits: Partial<Limits>;
}

export function encodeOwnerRow(row: OwnerRow): Uint8Array {
  const { epoch, owner } = row;
  return new TextEncoder().encode(JSON.stringify({ format: 1, epoch, owner: owner ?? null }));
}

/** No row is a folder that was never owned. @throws CORRUPT */
export function decodeOwnerRow(bytes: Uint8Array | undefined, path: string): OwnerRow {
  if (bytes === undefined) return { epoch: 0, owner: undefined };
  try {
    const { format, epoch, owner } = JSON.parse(new TextDecoder().decode(bytes));
    const known = format === 1 && Number.isSafeInteger(epoch) && epoch >= 1;
    if (known && owner === null) return { epoch, owner: undefined };
    if (known && isOwner(owner)) return { epoch, owner };
  } catch {
    // It is told below.
  }
  throw new AhnlichError("CORRUPT", `the owner row of ${path} cannot be read`, {
    details: { path },
  });
}

export function isOwner(value: unknown): value is Owner {
  if (typeof value !== "object" || value === null) return false;
  const { nonce, pid, host, started, shared } = value as Record<keyof Owner, unknown>;
  return (
    (shared === undefined || isShared(shared)) &&
    typeof nonce === "string" &&
    /^[0-9a-f]{32}$/.test(nonce) &&
    Number.isSafeInteger(pid) &&
    typeof host === "string" &&
    Number.isSafeInteger(started)
  );
}

function isShared(value: unknown): value is Shared {
  if (typeof value !== "object" || value === null) return false;
  const { limits } = value as Record<keyof Shared, unknown>;
  return (
    typeof limits === "object" &&
    limits !== null &&
    Object.values(limits).every((bound) => Number.isSafeInteger(bound))
  );
}
