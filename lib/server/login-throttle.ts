import { addressPrefix } from "./address-prefix.js";

/**
 * Slows down who guesses, before a guess costs anything: each attempt waits for its turn, and turns come
 * the more seldom the oftener somebody has failed. That is counted for a user at an address prefix, so that
 * nobody can lock others out from elsewhere, and for the prefix, so that it does not help to change the name.
 * Failures are forgotten by half every minute.
 */
export class LoginThrottle {
  readonly #now: () => number;
  /** The longest untouched first. */
  readonly #records = new Map<string, Failures>();
  #waiting = 0;

  /** @param now milliseconds that never go back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Waits for the turn of an attempt. False where that would take too long: the attempt is to fail then,
   * without being looked at.
   */
  async turn(user: string, peer: string): Promise<boolean> {
    const now = this.#now();
    const records = this.#known(user, peer);
    const delayMs = Math.max(0, ...records.map(({ freeAt }) => freeAt - now));
    if (delayMs > patienceMs) return false;
    // Those who need not wait go on, however many others do.
    if (delayMs > 0 && this.#waiting >= waitingMax) return false;
    for (const record of records) {
      // Those that come at once wait one behind the other.
      const gap = record.gapAt(now);
      if (gap > 0) record.freeAt = Math.max(now, record.freeAt) + gap;
    }
    if (delayMs === 0) return true;
    this.#waiting += 1;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    this.#waiting -= 1;
    return true;
  }

  failed(user: string, peer: string): void {
    const now = this.#now();
    this.#record(userKey(user, peer), userPace).add(now);
    this.#record(addressPrefix(peer), prefixPace).add(now);
  }

  /** The user is forgiven; the prefix is not, or one account of one's own would open all others to guessing. */
  succeeded(user: string, peer: string): void {
    this.#records.delete(userKey(user, peer));
  }

  /** How many users and prefixes are remembered. */
  get size(): number {
    return this.#records.size;
  }

  /** Who asks for a turn leaves no trace yet: attempts that cost nothing must not drive out what is remembered. */
  #known(user: string, peer: string): Failures[] {
    const known: Failures[] = [];
    for (const key of [userKey(user, peer), addressPrefix(peer)]) {
      const record = this.#records.get(key);
      if (record !== undefined) known.push(this.#touch(key, record));
    }
    return known;
  }

  #record(key: string, pace: Pace): Failures {
    const record = this.#touch(key, this.#records.get(key) ?? new Failures(pace));
    if (this.#records.size > recordsMax) {
      const [oldest] = this.#records.keys();
      this.#records.delete(oldest);
    }
    return record;
  }

  #touch(key: string, record: Failures): Failures {
    this.#records.delete(key);
    this.#records.set(key, record);
    return record;
  }
}

interface Pace {
  /** So many failures cost nothing: people mistype. */
  readonly free: number;
  /** Milliseconds between turns after the next one; doubled with each further one. */
  readonly firstMs: number;
  readonly mostMs: number;
}

class Failures {
  /** When (`now`) the next turn is. */
  freeAt = 0;
  readonly #pace: Pace;
  #count = 0;
  #countedAt = 0;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  add(now: number): void {
    this.#count = this.#countAt(now) + 1;
    this.#countedAt = now;
    this.freeAt = Math.max(this.freeAt, now + this.gapAt(now));
  }

  /** Milliseconds between two turns. */
  gapAt(now: number): number {
    const { free, firstMs, mostMs } = this.#pace;
    const over = Math.floor(this.#countAt(now)) - free;
    return over < 1 ? 0 : Math.min(mostMs, firstMs * 2 ** (over - 1));
  }

  #countAt(now: number): number {
    return Math.min(countMax, this.#count) * 2 ** ((this.#countedAt - now) / halfLifeMs);
  }
}

function userKey(user: string, peer: string): string {
  // A name that is too long is nobody's: it need not be told from others.
  return `${addressPrefix(peer)} ${user.slice(0, 64)}`;
}

const userPace: Pace = { free: 3, firstMs: 100, mostMs: 2_000 };
const prefixPace: Pace = { free: 20, firstMs: 50, mostMs: 1_000 };
const halfLifeMs = 60_000;
/** More failures than this are not forgotten more slowly. */
const countMax = 1_000;
/** How long an attempt may wait: what is left of the time for a handshake is for the derivation. */
const patienceMs = 2_500;
const waitingMax = 256;
const recordsMax = 10_000;
