import { LateCallOptions } from "../handles/late-call-options.js";
import { AhnlichError } from "../model/errors.js";
import type { CallOptions } from "../model/options.js";

/** Whose work it is. */
export interface Owner {
  /** Whether there is room for more of its answers. */
  readonly takesAnswers: boolean;
}

/** Work that may begin; may throw at once. */
export type Work = (options: CallOptions) => Promise<unknown>;

/**
 * Lets so much work run at once and the rest wait, the owners of what waits in turn, who asks seldom first, so that
 * one who asks for much is in nobody's way. An owner that takes no answers has no turn until it does. What is given up
 * or too late while it waits never begins. Beyond its bound the work of whoever has most waiting is BUSY, and so is
 * work whose time would be over before its turn. Where several wait, so many more may begin ahead, so that the threads
 * that do the work need not wait for this one to give them more; where one waits alone they would only be in the way
 * of who comes next.
 */
export class FairQueue {
  readonly #atOnceMax: number;
  readonly #queuedMax: number;
  readonly #aheadMax: number;
  /** By owner; none of the lists is empty. */
  readonly #waiting = new Map<Owner, Waiting[]>();
  /** The number of each owner's next turn, and of the last that was had: who has none begins where the others are. */
  readonly #turns = new WeakMap<Owner, number>();
  #turn = 0;
  #queued = 0;
  #running = 0;
  #turnEnds = 0;
  #pausing = false;
  #refusal: AhnlichError | undefined;
  /** Milliseconds that work takes, most of late. */
  #usualMs = 0;

  constructor(atOnceMax: number, queuedMax: number, aheadMax = 0) {
    this.#atOnceMax = atOnceMax;
    this.#queuedMax = queuedMax;
    this.#aheadMax = aheadMax;
  }

  /** How much waits. */
  get queued(): number {
    return this.#queued;
  }

  /** @throws BUSY, TIMEOUT, or the reason of the signal where it never began */
  run(owner: Owner, options: CallOptions, work: Work): Promise<unknown> {
    if (this.#running < this.#atOnceMax && this.#queued === 0 && owner.takesAnswers) {
      this.#takeTurn(owner);
      return this.#begin(options, work);
    }
    const { timeoutMs } = options;
    // What has begun ahead makes all that run take the longer.
    const atOnce = Math.max(this.#atOnceMax, this.#running);
    const soonest = (this.#usualMs * this.#ahead(owner)) / atOnce;
    // Half of its time, since what is guessed may take twice as long.
    if (timeoutMs !== undefined && soonest > timeoutMs / 2) {
      return Promise.reject(this.#busy());
    }
    if (this.#queued >= this.#queuedMax && !this.#makeRoom(owner)) {
      return Promise.reject(this.#busy());
    }
    return this.#enter(owner, options, work);
  }

  /** Ends what has waited for longer than it may, and looks who takes answers again; called now and then. */
  tick(now: number): void {
    for (const [owner, list] of this.#waiting) {
      for (const each of list.filter(({ ends }) => now >= ends))
        this.#leave(owner, each, tooLate());
    }
    if (this.#queued > 0) this.#goOn();
  }

  #enter(owner: Owner, options: CallOptions, work: Work): Promise<unknown> {
    const { timeoutMs = Number.POSITIVE_INFINITY, signal } = options;
    return new Promise((resolve, reject) => {
      const onAbort = () => this.#leave(owner, waiting, signal?.reason);
      const settled = () => signal?.removeEventListener("abort", onAbort);
      const ends = performance.now() + timeoutMs;
      const waiting: Waiting = { options, work, ends, resolve, reject, settled };
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      signal?.addEventListener("abort", onAbort);
      const list = this.#waiting.get(owner);
      if (list === undefined) this.#waiting.set(owner, [waiting]);
      else list.push(waiting);
      this.#queued += 1;
      // All others that wait take no answers, or several wait now.
      if (this.#running < this.#atOnceNow) this.#goOn();
    });
  }

  async #begin(options: CallOptions, work: Work): Promise<unknown> {
    this.#running += 1;
    const begun = performance.now();
    try {
      return await work(options);
    } finally {
      this.#usualMs += (performance.now() - begun - this.#usualMs) / 16;
      this.#running -= 1;
      if (this.#queued > 0) this.#goOn();
    }
  }

  get #atOnceNow(): number {
    return this.#atOnceMax + (this.#waiting.size > 1 ? this.#aheadMax : 0);
  }

  /** At once, but for once in a turn: short work after short work would let nobody else be heard. */
  #goOn(): void {
    if (performance.now() < this.#turnEnds) {
      this.#next();
    } else if (!this.#pausing) {
      this.#pausing = true;
      setImmediate(() => {
        this.#pausing = false;
        this.#turnEnds = performance.now() + turnMs;
        this.#next();
      });
    }
  }

  #next(): void {
    while (this.#running < this.#atOnceNow) {
      const next = this.#nextOwner();
      if (next === undefined) return;
      const [owner, [waiting]] = next;
      this.#remove(owner, waiting);
      const { options, resolve, reject, ends } = waiting;
      const left = ends - performance.now();
      if (left <= this.#usualMs && left < Number.POSITIVE_INFINITY) {
        reject(tooLate());
        continue;
      }
      this.#takeTurn(owner);
      const timeoutMs = Number.isFinite(left) ? Math.max(1, Math.ceil(left)) : undefined;
      this.#begin(remaining(options, timeoutMs), waiting.work).then(resolve, reject);
    }
  }

  /** Who has had the fewest turns while others waited. */
  #nextOwner(): [Owner, Waiting[]] | undefined {
    let next: [Owner, Waiting[]] | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const each of this.#waiting) {
      const turn = this.#turnOf(each[0]);
      if (turn >= least || !each[0].takesAnswers) continue;
      least = turn;
      next = each;
    }
    return next;
  }

  #turnOf(owner: Owner): number {
    return Math.max(this.#turns.get(owner) ?? 0, this.#turn);
  }

  #takeTurn(owner: Owner): void {
    this.#turn = this.#turnOf(owner);
    this.#turns.set(owner, this.#turn + 1);
  }

  /** How many begin before new work of this owner does, at most. */
  #ahead(owner: Owner): number {
    const own = this.#waiting.get(owner)?.length ?? 0;
    let ahead = own + 1;
    for (const [other, list] of this.#waiting) {
      if (other !== owner && other.takesAnswers) ahead += Math.min(list.length, own + 1);
    }
    return ahead;
  }

  /** Whether there is: the latest of the owner with most has gone for it. */
  #makeRoom(owner: Owner): boolean {
    let longest: [Owner, Waiting[]] | undefined;
    for (const each of this.#waiting) {
      if (longest === undefined || each[1].length > longest[1].length) longest = each;
    }
    const own = this.#waiting.get(owner)?.length ?? 0;
    const latest = longest?.[1].at(-1);
    if (longest === undefined || latest === undefined || longest[1].length <= own + 1) return false;
    this.#leave(longest[0], latest, this.#busy());
    return true;
  }

  /** One error for all while it says the same: to make one takes longer than all else about a refusal. */
  #busy(): AhnlichError {
    if (this.#refusal?.details.queued !== this.#queued) this.#refusal = busy(this.#queued);
    return this.#refusal ?? busy(this.#queued);
  }

  #leave(owner: Owner, waiting: Waiting, reason: unknown): void {
    if (this.#remove(owner, waiting)) waiting.reject(reason);
  }

  #remove(owner: Owner, waiting: Waiting): boolean {
    const list = this.#waiting.get(owner);
    const at = list?.indexOf(waiting) ?? -1;
    if (list === undefined || at < 0) return false;
    list.splice(at, 1);
    if (list.length === 0) this.#waiting.delete(owner);
    this.#queued -= 1;
    waiting.settled();
    return true;
  }
}

interface Waiting {
  readonly options: CallOptions;
  readonly work: Work;
  /** When (`performance.now`) nobody waits for it any more. */
  readonly ends: number;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (reason: unknown) => void;
  /** It waits no longer. */
  readonly settled: () => void;
}

/** What a call is told beside its time goes with it. */
function remaining(options: CallOptions, timeoutMs: number | undefined): CallOptions {
  if (!(options instanceof LateCallOptions)) {
    return { ...options, signal: options.signal, timeoutMs };
  }
  options.timeoutMs = timeoutMs;
  return options;
}

function busy(queued: number): AhnlichError {
  const sentence = `the server has ${queued} requests waiting: ask again later`;
  return new AhnlichError("BUSY", sentence, { details: { queued } });
}

function tooLate(): AhnlichError {
  return new AhnlichError("TIMEOUT", "the time of the call was over before its turn came");
}

/** About one search: who comes meanwhile is not to wait for several. */
const turnMs = 1;
