import { AhnlichError, toAhnlichError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";
import type { Persistence } from "../persistence/persistence.js";
import type { State } from "../rows/meta-rows.js";
import { apply } from "./apply.js";
import type { Call } from "./call.js";
import { type Command, isSmall, readsWholeStore, type Write } from "./command.js";
import { Draft, type Ground } from "./draft.js";
import { PendingWrite } from "./pending-write.js";
import type { Clock } from "./ports.js";
import { Slice } from "./slice.js";
import { atOnce, inSlices } from "./steps.js";
import type { View } from "./view.js";

/** What the writer needs to know of the engine around it. */
export interface Publisher {
  /** What a draft may build on; to be released. */
  acquire(): View;
  release(view: View): void;
  /** Makes a committed draft what readers see. */
  publish(draft: Draft): Promise<void>;
}

/**
 * Puts writes in one order and carries them out: commands that wait together share a transaction, the next
 * transaction is drafted while one is committed, and a write is acknowledged when it is durable and published.
 */
export class Writer {
  readonly #persistence: Persistence;
  readonly #publisher: Publisher;
  readonly #clock: Clock;
  readonly #limits: Limits;
  /** Those that were given up meanwhile among them, which are passed over. */
  #queue: PendingWrite[] = [];
  #waiting = 0;
  #state: State;
  #sequence: number;
  #time: number;
  #running: Promise<void> | undefined;
  /** Why no write is taken any more. */
  #refusal: AhnlichError | undefined;
  /** Why not even one that was taken is carried out. */
  #failure: AhnlichError | undefined;
  #arrived: (() => void) | undefined;

  constructor(parts: {
    persistence: Persistence;
    publisher: Publisher;
    clock: Clock;
    limits: Limits;
    state: State;
  }) {
    this.#persistence = parts.persistence;
    this.#publisher = parts.publisher;
    this.#clock = parts.clock;
    this.#limits = parts.limits;
    this.#state = parts.state;
    this.#sequence = parts.state.sequence;
    this.#time = parts.state.time;
  }

  /** Settles with the answer when the write, which becomes ours, is durable and visible. */
  submit(write: Write, call: Call): Promise<unknown> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    if (call.signal?.aborted) return Promise.reject(call.signal.reason);
    if (this.#waiting >= this.#limits.queuedWrites) {
      const sentence = `${this.#waiting} writes are waiting already (limits.queuedWrites)`;
      return Promise.reject(new AhnlichError("BUSY", sentence));
    }
    const now = Math.floor(this.#clock.now());
    if (now > this.#time && now <= timeMax) this.#time = now;
    const command: Command = Object.assign(write, {
      sequence: ++this.#sequence,
      time: this.#time,
    });
    return new Promise((resolve, reject) => {
      this.#queue.push(new PendingWrite(command, call, resolve, reject, () => this.#forget()));
      this.#waiting++;
      this.#arrived?.();
      this.#running ??= this.#run();
    });
  }

  /** Refuses what waits and what comes; what is under way goes on. */
  close(): void {
    this.#refuse(new AhnlichError("CLOSED", "the engine was closed before the write began"));
  }

  /** Settles when nothing waits and nothing is under way. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** What is sent in one turn of the event loop, by whomever, is gathered before the first is taken. */
  async #run(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    let ahead: Commit | undefined;
    for (;;) {
      if (ahead?.isSettled) ahead = undefined;
      const next = this.#next();
      if (next !== undefined) {
        if (ahead && readsWholeStore(next.command)) await ahead.settled;
        else ahead = this.#commit(await this.#gather(ahead));
      } else {
        if (!ahead) break;
        await this.#arrivalOr(ahead);
      }
    }
    this.#running = undefined;
  }

  /** Drafts what waits, and goes on while the transaction ahead is under way and there is room. */
  async #gather(ahead: Commit | undefined): Promise<Group> {
    const state = ahead?.draft.state ?? this.#state;
    const group = new Group({ view: this.#publisher.acquire(), state, before: ahead?.draft });
    const slice = new Slice();
    for (;;) {
      while (this.#next() !== undefined && group.hasRoom) {
        if (this.#nextReadsAll() && group.members.length > 0) break;
        await this.#add(group, this.#take());
        if (slice.isOver) await slice.next();
      }
      const blocked = this.#next() !== undefined;
      if (!ahead || ahead.isSettled) break;
      await (blocked ? ahead.settled : this.#arrivalOr(ahead));
      if (blocked) break;
    }
    if (ahead && !(await ahead.settled)) await this.#redraft(group);
    return group;
  }

  /** Settles when a write comes, or when the transaction ahead is carried out. */
  async #arrivalOr(ahead: Commit): Promise<void> {
    const arrival = new Promise<void>((resolve) => {
      this.#arrived = resolve;
    });
    await Promise.race([ahead.settled, arrival]);
    this.#arrived = undefined;
  }

  async #add(group: Group, pending: PendingWrite): Promise<void> {
    group.members.push(pending);
    if (!(await this.#decide(group, pending))) await this.#again(group);
  }

  /** False where the command failed half-way, and so has spoilt the draft. */
  async #decide({ draft }: Group, pending: PendingWrite): Promise<boolean> {
    const before = draft.batch.operations;
    try {
      pending.error = undefined;
      const steps = apply(draft, pending.command, this.#limits);
      pending.answer = isSmall(pending.command)
        ? atOnce(steps)
        : await inSlices(steps, new Slice());
      return true;
    } catch (error) {
      pending.error = toAhnlichError(error);
      return draft.batch.operations === before;
    }
  }

  /** Drafts the group anew on the same ground, without those that spoil it. */
  async #again(group: Group): Promise<void> {
    const spoilers = new Set([group.members.at(-1)]);
    for (let clean = false; !clean; ) {
      clean = true;
      group.begin(group.ground);
      for (const member of group.members) {
        if (spoilers.has(member) || (await this.#decide(group, member))) continue;
        spoilers.add(member);
        clean = false;
        break;
      }
    }
  }

  /** The transaction that the draft was built on has failed: everything is decided again. */
  async #redraft(group: Group): Promise<void> {
    this.#publisher.release(group.ground.view);
    group.begin({ view: this.#publisher.acquire(), state: this.#state, before: undefined });
    for (const member of group.members.splice(0)) await this.#add(group, member);
  }

  #commit(group: Group): Commit {
    const commit = new Commit(group.draft);
    commit.settled = this.#carryOut(group).then((done) => {
      commit.isSettled = true;
      return done;
    });
    return commit;
  }

  /** False where the group is not what the next may build on. */
  async #carryOut(group: Group): Promise<boolean> {
    const { draft, members } = group;
    try {
      if (this.#failure !== undefined) throw this.#failure;
      if (!draft.isEmpty) {
        draft.seal((members.at(-1) as PendingWrite).command);
        await this.#persistence.commit(draft.batch);
        this.#state = draft.state;
        await this.#publish(draft);
      }
    } catch (error) {
      for (const member of members) member.reject(toAhnlichError(error));
      return false;
    } finally {
      this.#publisher.release(group.ground.view);
    }
    for (const member of members) member.settle();
    return true;
  }

  /**
   * What is durable but not seen must not be built on: views would give its ordinals and counts again. So
   * nothing is written any more. Where the engine is closed nobody would see it, and that it is durable is enough.
   */
  async #publish(draft: Draft): Promise<void> {
    try {
      await this.#publisher.publish(draft);
    } catch (thrown) {
      const cause = toAhnlichError(thrown);
      const sentence = `the engine takes no writes until it is opened again, since: ${cause.message}`;
      this.#failure =
        cause.code === "CLOSED" ? cause : new AhnlichError("READ_ONLY", sentence, { cause });
      this.#refuse(this.#failure);
      if (cause.code === "CLOSED") return;
      const outcome = `the write is durable, but is not seen before the engine is opened again: ${cause.message}`;
      throw new AhnlichError("OUTCOME_UNKNOWN", outcome, { cause });
    }
  }

  #refuse(refusal: AhnlichError): void {
    this.#refusal ??= refusal;
    for (const pending of this.#queue.splice(0)) pending.reject(this.#refusal);
    this.#waiting = 0;
  }

  /** The first that still waits. */
  #next(): PendingWrite | undefined {
    while (this.#queue[0]?.isGivenUp) this.#queue.shift();
    return this.#queue[0];
  }

  #nextReadsAll(): boolean {
    const next = this.#next();
    return next !== undefined && readsWholeStore(next.command);
  }

  #take(): PendingWrite {
    const pending = this.#queue.shift() as PendingWrite;
    pending.isTaken = true;
    this.#waiting--;
    return pending;
  }

  /** One was given up. They are taken out when they are many: one by one each would cost a walk over all. */
  #forget(): void {
    this.#waiting--;
    if (this.#queue.length < 2 * this.#waiting + 64) return;
    this.#queue = this.#queue.filter(({ isGivenUp }) => !isGivenUp);
  }
}

/** Writes that share a transaction. */
class Group {
  readonly members: PendingWrite[] = [];
  ground: Ground;
  draft: Draft;

  constructor(ground: Ground) {
    this.ground = ground;
    this.draft = new Draft(ground);
  }

  begin(ground: Ground): void {
    this.ground = ground;
    this.draft = new Draft(ground);
  }

  get hasRoom(): boolean {
    return (
      this.draft.entries < entriesPerTransaction && this.members.length < entriesPerTransaction
    );
  }
}

/** A transaction under way. */
class Commit {
  readonly draft: Draft;
  /** Whether it was committed and published. */
  settled: Promise<boolean> = Promise.resolve(false);
  isSettled = false;

  constructor(draft: Draft) {
    this.draft = draft;
  }
}

/** Later than rows can say; a clock that says such a thing, or no number at all, is not followed. */
const timeMax: number = 2 ** 48 - 1;
/** Keeps a transaction, and so the wait of the writes behind it, short. */
const entriesPerTransaction = 1_000;
