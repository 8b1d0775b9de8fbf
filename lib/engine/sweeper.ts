import { setTimeout as wait } from "node:timers/promises";
import { toAhnlichError } from "../model/errors.js";
import { readExpiries } from "../rows/expiry-rows.js";
import type { StoredStore } from "../rows/store-rows.js";
import { unlimited } from "./call.js";
import { hasExpired } from "./expiry.js";
import type { Clock, Logger } from "./ports.js";
import { readByOrdinal } from "./read.js";
import { Slice } from "./slice.js";
import type { View, Views } from "./view.js";
import type { Writer } from "./writer.js";

/**
 * Takes entries that have expired from the disk and from memory, a bounded number at a time between other writes.
 * Nobody sees them any more when it comes to them, so it need not hurry. What may pass is waited for.
 */
export class Sweeper {
  readonly #writer: Writer;
  readonly #views: Views;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** When the first entry of a store expires, at the earliest, by the store's name. */
  readonly #expected: Map<string, number> = new Map();
  /** At or before the earliest of them. */
  #next: number = Number.POSITIVE_INFINITY;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #wakesAt = 0;
  #isSweeping = false;

  constructor(parts: { writer: Writer; views: Views; clock: Clock; log: Logger }) {
    this.#writer = parts.writer;
    this.#views = parts.views;
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  /** Some entry of the store expires at that time, or none before it. Never throws. */
  expect(store: string, expiresAt: number): void {
    const known = this.#expected.get(store);
    if (known !== undefined && known <= expiresAt) return;
    this.#expected.set(store, expiresAt);
    this.#next = Math.min(this.#next, expiresAt);
    this.look();
  }

  /** Sees to it that it wakes in time, whatever the clock has done meanwhile. */
  look(): void {
    if (this.#next === Number.POSITIVE_INFINITY) return;
    if (this.#isSweeping || this.#stopping.signal.aborted) return;
    const left = this.#next - this.#clock.now();
    const ms = left > restMs ? Math.min(left, longestMs) : restMs;
    const at = performance.now() + ms;
    if (this.#timer !== undefined && this.#wakesAt <= at) return;
    clearTimeout(this.#timer);
    this.#wakesAt = at;
    this.#timer = setTimeout(() => void this.#wake(), ms).unref();
  }

  stop(): void {
    this.#stopping.abort();
    clearTimeout(this.#timer);
  }

  async #wake(): Promise<void> {
    this.#timer = undefined;
    this.#isSweeping = true;
    const slice = new Slice();
    for (const [name, at] of [...this.#expected]) {
      if (this.#stopping.signal.aborted) return;
      if (hasExpired(at, this.#clock.now()) || at === 0) await this.#sweep(name);
      if (slice.isOver) await slice.next();
    }
    this.#isSweeping = false;
    this.#next = Number.POSITIVE_INFINITY;
    for (const at of this.#expected.values()) if (at < this.#next) this.#next = at;
    this.look();
  }

  /** All that has expired in one store, step by step. */
  async #sweep(name: string): Promise<void> {
    for (let isDone = false; !isDone; ) {
      try {
        isDone = await this.#step(name);
      } catch (thrown) {
        const { signal } = this.#stopping;
        if (signal.aborted) return;
        const error = toAhnlichError(thrown);
        this.#log.warn({ store: name, error }, "expired entries are not swept yet");
        this.#expected.delete(name);
        if (!error.retryable) return;
        this.#expected.set(name, 0);
        await wait(pauseMs, undefined, { ref: false, signal }).catch(() => {});
        if (signal.aborted) return;
      }
    }
  }

  /** Whether nothing more has expired. */
  async #step(name: string): Promise<boolean> {
    this.#expected.delete(name);
    const found = this.#find(name);
    if (found === undefined) return true;
    const { incarnation, due, next } = found;
    if (next !== undefined) this.#note(name, next);
    if (due.length === 0) return true;
    await this.#writer.submit({ kind: "expire", store: name, incarnation, due }, unlimited);
    return due.length < entriesPerStep;
  }

  #note(name: string, at: number): void {
    this.#expected.set(name, Math.min(at, this.#expected.get(name) ?? at));
  }

  /** The first entries that have expired, and when the next one does. */
  #find(name: string): Found | undefined {
    const view = this.#views.acquire();
    try {
      const store = view.catalog.find(name);
      return store && findDue(view, store, this.#clock.now());
    } finally {
      this.#views.release(view);
    }
  }
}

interface Found {
  readonly incarnation: number;
  readonly due: { id: string; ordinal: number }[];
  readonly next: number | undefined;
}

function findDue({ snapshot }: View, store: StoredStore, now: number): Found {
  const { incarnation } = store;
  const expired: number[] = [];
  let next: number | undefined;
  for (const { expiresAt, ordinal } of readExpiries(snapshot, incarnation)) {
    if (expired.length < entriesPerStep && hasExpired(expiresAt, now)) expired.push(ordinal);
    else {
      next = expiresAt;
      break;
    }
  }
  const due = expired.map((ordinal) => ({
    id: readByOrdinal(snapshot, store, ordinal).id,
    ordinal,
  }));
  return { incarnation, due, next };
}

/** Some milliseconds of work. */
const entriesPerStep = 256;
/** What expires within it goes together. */
const restMs = 100;
/** Clocks are set, and machines sleep: it looks at the clock that often, while anything expires. */
const longestMs = 60_000;
const pauseMs = 1_000;
