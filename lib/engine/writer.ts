import { AhnlichError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";
import type { Persistence } from "../persistence/persistence.js";
import type { State } from "../rows/meta-rows.js";
import type { Call } from "./call.js";
import {
  type Command,
  type CommandIdentity,
  lastSequenceOf,
  readsRows,
  type Write,
} from "./command.js";
import type { CommandLog } from "./command-log.js";
import { type Commit, Committer, type Publisher } from "./committer.js";
import type { Clock } from "./ports.js";
import { roomOf } from "./room-of.js";
import { Slice } from "./slice.js";
import { inSlices } from "./steps.js";
import { WriteGroup } from "./write-group.js";
import { WriteQueue } from "./write-queue.js";
import { WrittenIds } from "./written-ids.js";

/**
 * Puts writes in one order and carries them out: commands that wait together share a transaction, the next
 * transaction is drafted while one is committed, and a write is acknowledged when it is durable and published.
 */
export class Writer {
  readonly #persistence: Persistence;
  readonly #publisher: Publisher;
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #queue: WriteQueue;
  readonly #written = new WrittenIds();
  readonly #committer: Committer;
  #sequence: number;
  #time: number;
  #running: Promise<void> | undefined;

  constructor(parts: {
    persistence: Persistence;
    publisher: Publisher;
    clock: Clock;
    log: CommandLog;
    limits: Limits;
    state: State;
    /** Why it takes no write at all. */
    refusal?: AhnlichError | undefined;
  }) {
    const { persistence, publisher, log, state } = parts;
    this.#persistence = persistence;
    this.#publisher = publisher;
    this.#clock = parts.clock;
    this.#limits = parts.limits;
    this.#queue = new WriteQueue(parts.limits.queuedWrites);
    const whenFailed = (failure: AhnlichError) => this.#queue.refuse(failure);
    this.#committer = new Committer({ persistence, publisher, log, state, whenFailed });
    if (parts.refusal !== undefined) this.#queue.refuse(parts.refusal);
    this.#sequence = state.sequence;
    this.#time = state.time;
  }

  /**
   * Settles with the answer when the write, which becomes ours, is durable and visible.
   *
   * @param identity under which the answer is kept, or found where the write is repeated
   */
  submit(write: Write, call: Call, identity?: CommandIdentity): Promise<unknown> {
    try {
      this.#queue.checkRoom(call);
      const bytes = roomOf(write);
      if (bytes !== undefined) this.#persistence.checkRoom?.(bytes);
    } catch (refusal) {
      return Promise.reject(refusal);
    }
    const settled = this.#queue.push(this.#command(write, identity), call);
    this.#running ??= this.#run();
    return settled;
  }

  /** Refuses what waits and what comes; what is under way goes on. */
  close(): void {
    this.#queue.refuse(new AhnlichError("CLOSED", "the engine was closed before the write began"));
  }

  /** Settles when nothing waits and nothing is under way. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  #command(write: Write, identity: CommandIdentity | undefined): Command {
    const now = Math.floor(this.#clock.now());
    if (now > this.#time && now <= timeMax) this.#time = now;
    const place = { sequence: this.#sequence + 1, time: this.#time, identity };
    const command: Command = Object.assign(write, place);
    this.#sequence = lastSequenceOf(command);
    return command;
  }

  /** What is sent in one turn of the event loop, by whomever, is gathered before the first is taken. */
  async #run(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    let ahead: Commit | undefined;
    for (;;) {
      if (ahead?.isSettled) ahead = undefined;
      const { next } = this.#queue;
      if (next !== undefined) {
        if (ahead && readsRows(next.command)) await ahead.settled;
        else ahead = this.#committer.begin(await this.#gather(ahead), ahead);
      } else {
        if (!ahead) break;
        await this.#queue.arrivalOr(ahead.settled);
      }
    }
    this.#running = undefined;
  }

  /**
   * Drafts what waits, and goes on while the transaction ahead is under way and there is room. That transaction may be
   * committed when the one before it is durable; what comes next builds on the view of the one before.
   */
  async #gather(begun: Commit | undefined): Promise<WriteGroup> {
    await begun?.before;
    const ahead = begun?.isSettled ? undefined : begun;
    const state = ahead?.draft.state ?? this.#committer.state;
    const written = this.#written;
    const ground = { view: this.#publisher.acquire(), state, before: ahead?.draft, written };
    const group = new WriteGroup(ground, this.#limits);
    const slice = new Slice();
    for (;;) {
      let next = this.#queue.next;
      while (next !== undefined && group.hasRoom) {
        if (group.members.length > 0 && readsRows(next.command)) break;
        const adding = group.add(this.#queue.take());
        if (adding !== undefined) await adding;
        if (slice.isOver) await slice.next();
        next = this.#queue.next;
      }
      const blocked = next !== undefined;
      if (!ahead || ahead.isDurable || ahead.isSettled) break;
      ahead.isAwaited = group.members.length > 0;
      if (blocked) {
        await finishAhead(group, ahead);
        break;
      }
      await this.#queue.arrivalOr(ahead.durable);
    }
    if (ahead && !(await ahead.durable)) await this.#redraft(group);
    return group;
  }

  /** The transaction that the draft was built on has failed: everything is decided again. */
  async #redraft(group: WriteGroup): Promise<void> {
    this.#publisher.release(group.ground.view);
    const view = this.#publisher.acquire();
    const { state } = this.#committer;
    await group.rebase({ view, state, before: undefined, written: this.#written });
  }
}

/** While the disk is at work, since nothing more is added. What fails will fail again, and be told of. */
async function finishAhead({ draft }: WriteGroup, ahead: Commit): Promise<void> {
  await ahead.finished;
  const left = ahead.isDurable ? undefined : draft.finish();
  if (left !== undefined) await inSlices(left, new Slice()).catch(() => undefined);
  await ahead.durable;
}

/** Later than rows can say; a clock that says such a thing, or no number at all, is not followed. */
const timeMax: number = 2 ** 48 - 1;
