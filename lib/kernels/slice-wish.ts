import { jobStop } from "./layout.js";

/*
 * What the thread that owns a job wishes of the one that is at it, who looks after each of its steps. It stands in
 * memory that both share, so that nobody has to wait for a message.
 */

/** Whoever is at the job stops after its step. */
export function wishStop(words: Uint32Array, job: number): void {
  Atomics.store(words, wordOf(job), stopNow);
}

/** Whoever is at the job lets others go on once the slice has taken so long, unless it was told a shorter time. */
export function wishShare(words: Uint32Array, job: number, ms: number): void {
  const before = Atomics.load(words, wordOf(job));
  const wish = stopNow + Math.max(1, Math.ceil(ms));
  if (before === noWish || before > wish) Atomics.store(words, wordOf(job), wish);
}

/** Takes back that others are to go on. */
export function wishNothing(words: Uint32Array, job: number): void {
  if (Atomics.load(words, wordOf(job)) !== stopNow) Atomics.store(words, wordOf(job), noWish);
}

/** How many milliseconds a slice may take as things are now: 0 where the job is to stop. */
export function wishedMs(words: Uint32Array, job: number): number {
  const wish = Atomics.load(words, wordOf(job));
  return wish === noWish ? Number.POSITIVE_INFINITY : wish - stopNow;
}

function wordOf(job: number): number {
  return (job + jobStop) >>> 2;
}

const noWish = 0;
/** Nobody wants the job any more; more than that: a slice may take so many milliseconds, and one. */
const stopNow = 1;
