import { availableParallelism } from "node:os";
import { AhnlichError } from "../model/errors.js";

/** What a server bounds beside the size of frames and the number of clients; each has a flag of `ahnlich serve`. */
export interface ServerLimits {
  /** Connections that have not introduced themselves; of more the oldest goes. */
  readonly strangersMax: number;
  /** Connections of one client; one more is refused. */
  readonly connectionsMax: number;
  /** Requests at once on a connection; reading waits beyond it. */
  readonly inFlightMax: number;
  /** Bytes of those above 16 KiB; reading waits beyond it. Of those that wait for changes more are refused. */
  readonly inFlightBytesMax: number;
  /** Requests that wait for changes on a connection, beside them; more are refused with BUSY. */
  readonly waitingMax: number;
  /** Bytes of answers that a peer has not taken yet; reading waits beyond it. */
  readonly queuedBytesMax: number;
  /** Bytes in memory that one answer is made of, all members of a pipeline together; more is LIMIT_EXCEEDED. */
  readonly answerBytesMax: number;
  /** Searches without `where` that run at once for all clients; others wait, the clients in turn. */
  readonly searchesAtOnceMax: number;
  /** The same of those with `where`, pages, counts, and what tells of searches: they may look through all there is. */
  readonly scansAtOnceMax: number;
  /** The same of writes of more than 200 entries, or of who knows how many. */
  readonly largeWritesAtOnceMax: number;
  /** How many of each sort wait, for all clients; what is beyond it is BUSY. */
  readonly queuedMax: number;
  /** Milliseconds from the first byte to `accept`. */
  readonly handshakeTimeoutMs: number;
  /** Milliseconds from the first byte of a frame to its last. */
  readonly frameTimeoutMs: number;
  /** Milliseconds that answers may wait while the peer takes nothing. */
  readonly stallTimeoutMs: number;
  /** Milliseconds after which a connection is told to go on which nothing comes and nothing is in flight; 0: never. */
  readonly idleTimeoutMs: number;
  /**
   * Milliseconds in which either end sends something; who has sent nothing in three such periods is dropped,
   * here and by clients. 0: silence means nothing; otherwise 20 at least.
   */
  readonly keepAliveMs: number;
}

interface Bound {
  readonly standard: number;
  readonly least: number;
  readonly most: number;
  /** For `--help`. */
  readonly says: string;
}

const day = 86_400_000;
/** A search keeps a worker busy, of which there are as many unless somebody says otherwise. */
const cores = Math.max(2, availableParallelism());

/** The one table of them. */
export const serverLimits: { readonly [K in keyof ServerLimits]: Bound } = {
  strangersMax: bound(256, 1, 65_536, "connections that have not introduced themselves"),
  connectionsMax: bound(64, 1, 65_536, "connections of one client"),
  inFlightMax: bound(256, 1, 65_536, "requests at once on a connection; more wait"),
  inFlightBytesMax: bound(32 * 2 ** 20, 0, 2 ** 32, "bytes of long requests on a connection"),
  waitingMax: bound(1_024, 0, 65_536, "requests on a connection that wait for changes"),
  queuedBytesMax: bound(4 * 2 ** 20, 0, 2 ** 30, "bytes of answers that a client has not taken"),
  answerBytesMax: bound(256 * 2 ** 20, 1_024, 2 ** 40, "bytes that one answer is made of"),
  searchesAtOnceMax: bound(cores - 1, 1, 65_536, "searches that run at once, of all clients"),
  scansAtOnceMax: bound(
    4,
    1,
    65_536,
    "pages, counts, searches with where, and what tells of searches, that run at once",
  ),
  largeWritesAtOnceMax: bound(4, 1, 65_536, "writes of many entries that are under way at once"),
  queuedMax: bound(2_048, 0, 1_000_000, "how many of each sort wait; more are refused with BUSY"),
  handshakeTimeoutMs: bound(5_000, 10, day, "milliseconds to introduce oneself"),
  frameTimeoutMs: bound(30_000, 10, day, "milliseconds for a frame to arrive"),
  stallTimeoutMs: bound(10_000, 10, day, "milliseconds in which a client takes nothing"),
  idleTimeoutMs: bound(0, 0, day, "milliseconds that a connection may be idle; 0: for ever"),
  keepAliveMs: bound(20_000, 0, day, "milliseconds in which each end is heard of; 0: need not be"),
};

export const standardLimits: ServerLimits = Object.freeze(
  Object.fromEntries(Object.entries(serverLimits).map(([name, { standard }]) => [name, standard])),
) as never;

/** The standard limits with some replaced. @throws INVALID_ARGUMENT */
export function checkServerLimits(given: unknown): ServerLimits {
  if (given === undefined) return standardLimits;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new AhnlichError("INVALID_ARGUMENT", "options.limits: expected an object");
  }
  const limits: { [name: string]: number } = { ...standardLimits };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const { least, most } = boundOf(name);
    if (!Number.isInteger(value) || value < least || value > most) {
      const sentence = `options.limits.${name}: expected an integer from ${least} to ${most}`;
      throw new AhnlichError("INVALID_ARGUMENT", sentence);
    }
    limits[name] = value;
  }
  return limits as never;
}

function boundOf(name: string): Bound {
  if (Object.hasOwn(serverLimits, name)) return serverLimits[name as keyof ServerLimits];
  const sentence = `options.limits.${name.slice(0, 100)}: there is no such limit`;
  throw new AhnlichError("INVALID_ARGUMENT", sentence);
}

function bound(standard: number, least: number, most: number, says: string): Bound {
  return { standard, least, most, says };
}
