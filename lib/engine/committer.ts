import { AhnlichError, toAhnlichError } from "../model/errors.js";
import type { Persistence, Snapshot } from "../persistence/persistence.js";
import type { State } from "../rows/meta-rows.js";
import type { CommandLog } from "./command-log.js";
import type { Draft } from "./draft.js";
import { Slice } from "./slice.js";
import { inSlices } from "./steps.js";
import type { View } from "./view.js";
import type { WriteGroup } from "./write-group.js";

/** What writing needs to know of the engine around it. */
export interface Publisher {
  /** What a draft may build on; to be released. */
  acquire(): View;
  release(view: View): void;
  /** The rows as they were just committed, for the view of them; to be given to `publish`. */
  snapshot(): Promise<Snapshot>;
  /** Makes a committed draft what readers see. */
  publish(draft: Draft, snapshot: Snapshot): Promise<void>;
}

/**
 * Makes the drafts of groups durable and then seen, one after the other, and settles their writes. Once one is
 * durable the next may be committed, so that the disk works while vectors are published.
 */
export class Committer {
  readonly #persistence: Persistence;
  readonly #publisher: Publisher;
  readonly #log: CommandLog;
  readonly #whenFailed: (failure: AhnlichError) => void;
  #state: State;
  /** Why not even a write that was taken is carried out. */
  #failure: AhnlichError | undefined;
  /** Why what is durable was not published. */
  #unseen: AhnlichError | undefined;

  /** @param whenFailed is told why nothing is written any more */
  constructor(parts: {
    persistence: Persistence;
    publisher: Publisher;
    log: CommandLog;
    state: State;
    whenFailed: (failure: AhnlichError) => void;
  }) {
    this.#persistence = parts.persistence;
    this.#publisher = parts.publisher;
    this.#log = parts.log;
    this.#state = parts.state;
    this.#whenFailed = parts.whenFailed;
  }

  /** What the last commit left. */
  get state(): State {
    return this.#state;
  }

  /** Begins to carry out a group; what is committed `before` must be durable. */
  begin(group: WriteGroup, before?: Commit): Commit {
    const commit = new Commit(group.draft, before?.settled);
    commit.settled = this.#carryOut(group, commit).then((done) => {
      commit.isSettled = true;
      return done;
    });
    return commit;
  }

  /** False where it failed. */
  async #carryOut(group: WriteGroup, commit: Commit): Promise<boolean> {
    const { draft, members } = group;
    try {
      if (this.#failure !== undefined) throw this.#failure;
      if (!draft.isEmpty) {
        const left = draft.seal(group.last);
        if (left !== undefined) await inSlices(left, new Slice());
        commit.finish();
        await this.#persistence.commit(draft.batch);
        this.#state = draft.state;
        await this.#publish(commit);
      }
      commit.pass(true);
      await commit.before;
    } catch (error) {
      for (const member of members) member.reject(toAhnlichError(error));
      commit.pass(false);
      return false;
    } finally {
      this.#publisher.release(group.ground.view);
    }
    for (const member of members) {
      this.#log.decided(member);
      member.settle();
    }
    return true;
  }

  /**
   * What is durable but not seen must not be built on: views would give its ordinals and counts again. So
   * nothing is written any more. Where the engine is closed nobody would see it, and that it is durable is enough.
   */
  async #publish(commit: Commit): Promise<void> {
    try {
      // Before another is committed, whose rows it would show.
      const snapshot = await this.#publisher.snapshot();
      commit.pass(true);
      if (commit.isAwaited) await new Promise(setImmediate);
      await commit.before;
      if (this.#unseen !== undefined) throw this.#unseen;
      await this.#publisher.publish(commit.draft, snapshot);
    } catch (thrown) {
      const cause = toAhnlichError(thrown);
      const sentence = `the engine takes no writes until it is opened again, since: ${cause.message}`;
      if (this.#unseen === undefined) {
        this.#unseen = cause;
        this.#failure =
          cause.code === "CLOSED" ? cause : new AhnlichError("READ_ONLY", sentence, { cause });
        this.#whenFailed(this.#failure);
      }
      if (cause.code === "CLOSED") return;
      const outcome = `the write is durable, but is not seen before the engine is opened again: ${cause.message}`;
      throw new AhnlichError("OUTCOME_UNKNOWN", outcome, { cause });
    }
  }
}

/** A transaction under way. */
export class Commit {
  readonly draft: Draft;
  /** When the one before it is settled; undefined where that was so before it began. */
  readonly before: Promise<boolean> | undefined;
  /** When the next may be committed, if that is built on it: whether this one is durable. */
  readonly durable: Promise<boolean>;
  isDurable = false;
  /** When nothing is added to its rows any more, or it has failed: from then on the next one may finish its own. */
  readonly finished: Promise<void>;
  /** Somebody waits to commit the next, and goes first once this one is durable. */
  isAwaited = false;
  /** Whether it was committed and published; the one before it has settled then. */
  settled: Promise<boolean> = Promise.resolve(false);
  isSettled = false;
  #pass: (isDurable: boolean) => void = () => {};
  #finish: () => void = () => {};

  constructor(draft: Draft, before?: Promise<boolean>) {
    this.draft = draft;
    this.before = before;
    this.durable = new Promise((resolve) => {
      this.#pass = resolve;
    });
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  /** To be called once nothing is added to its rows any more. */
  finish(): void {
    this.#finish();
  }

  /** To be called at least once; the first call counts. */
  pass(isDurable: boolean): void {
    this.isDurable ||= isDurable;
    this.#finish();
    this.#pass(isDurable);
  }
}
