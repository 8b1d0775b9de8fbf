import { AhnlichError, toAhnlichError } from "../model/errors.js";
import type { Persistence } from "../persistence/persistence.js";
import type { State } from "../rows/meta-rows.js";
import type { CommandLog } from "./command-log.js";
import type { Draft } from "./draft.js";
import type { View } from "./view.js";
import type { WriteGroup } from "./write-group.js";

/** What writing needs to know of the engine around it. */
export interface Publisher {
  /** What a draft may build on; to be released. */
  acquire(): View;
  release(view: View): void;
  /** Makes a committed draft what readers see. */
  publish(draft: Draft): Promise<void>;
}

/** Makes the drafts of groups durable and then seen, one after the other, and settles their writes. */
export class Committer {
  readonly #persistence: Persistence;
  readonly #publisher: Publisher;
  readonly #log: CommandLog;
  readonly #whenFailed: (failure: AhnlichError) => void;
  #state: State;
  /** Why not even a write that was taken is carried out. */
  #failure: AhnlichError | undefined;

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

  /** Begins to carry out a group; the one before must have settled. */
  begin(group: WriteGroup): Commit {
    const commit = new Commit(group.draft);
    commit.settled = this.#carryOut(group).then((done) => {
      commit.isSettled = true;
      return done;
    });
    return commit;
  }

  /** False where the group is not what the next may build on. */
  async #carryOut(group: WriteGroup): Promise<boolean> {
    const { draft, members } = group;
    try {
      if (this.#failure !== undefined) throw this.#failure;
      if (!draft.isEmpty) {
        draft.seal(group.last);
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
  async #publish(draft: Draft): Promise<void> {
    try {
      await this.#publisher.publish(draft);
    } catch (thrown) {
      const cause = toAhnlichError(thrown);
      const sentence = `the engine takes no writes until it is opened again, since: ${cause.message}`;
      this.#failure =
        cause.code === "CLOSED" ? cause : new AhnlichError("READ_ONLY", sentence, { cause });
      this.#whenFailed(this.#failure);
      if (cause.code === "CLOSED") return;
      const outcome = `the write is durable, but is not seen before the engine is opened again: ${cause.message}`;
      throw new AhnlichError("OUTCOME_UNKNOWN", outcome, { cause });
    }
  }
}

/** A transaction under way. */
export class Commit {
  readonly draft: Draft;
  /** Whether it was committed and published. */
  settled: Promise<boolean> = Promise.resolve(false);
  isSettled = false;

  constructor(draft: Draft) {
    this.draft = draft;
  }
}
