import { Turn } from "./turn.js";
import { Turnstile } from "./turnstile.js";

/**
 * Work on the event loop that is cut into turns: one at a time for all sessions, so that however many have such work
 * they hold the loop for no longer than one does. A session has one at a time, which bounds how much waits.
 */
export function longWork<T>(work: (turn: Turn) => Promise<T>): Promise<T> {
  return turnstile.pass(() => work(new Turn()));
}

const turnstile = new Turnstile({ atOnce: 1, waitingMax: Number.POSITIVE_INFINITY });
