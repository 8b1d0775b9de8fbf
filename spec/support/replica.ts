import type { Command } from "../../lib/engine/command.js";
import { Committer, type Publisher } from "../../lib/engine/committer.js";
import type { Draft } from "../../lib/engine/draft.js";
import { PendingWrite } from "../../lib/engine/pending-write.js";
import type { Clock, Random } from "../../lib/engine/ports.js";
import { Recovery } from "../../lib/engine/recovery.js";
import { View } from "../../lib/engine/view.js";
import { WriteGroup } from "../../lib/engine/write-group.js";
import { WrittenIds } from "../../lib/engine/written-ids.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { defaultLimits } from "../../lib/model/limits.js";
import type { Persistence, Snapshot } from "../../lib/persistence/persistence.js";

/** What a command came to: its answer, or the code of its refusal. */
export type Decided = { answer: unknown } | { code: string };

/** Applies commands that another engine has recorded, each in a transaction of its own. */
export class Replica {
  readonly #publisher: PlainPublisher;
  readonly #committer: Committer;

  private constructor(persistence: Persistence, recovery: Recovery) {
    this.#publisher = new PlainPublisher(persistence, recovery);
    this.#committer = new Committer({
      persistence,
      publisher: this.#publisher,
      state: recovery.state,
      log: { decided: () => {} },
      whenFailed: (failure) => {
        throw failure;
      },
    });
  }

  static async open(persistence: Persistence, clock: Clock, random: Random): Promise<Replica> {
    return new Replica(
      persistence,
      await Recovery.of(persistence, { clock, random, readOnly: false }),
    );
  }

  async apply(command: Command): Promise<Decided> {
    const { state } = this.#committer;
    const ground = {
      view: this.#publisher.acquire(),
      state,
      before: undefined,
      written: new WrittenIds(),
    };
    const group = new WriteGroup(ground, defaultLimits);
    const answered = new Promise((resolve, reject) => {
      const pending = new PendingWrite(
        command,
        { signal: undefined, aborted: false },
        ...([resolve, reject, () => {}] as const),
      );
      void Promise.resolve(group.add(pending)).then(() => this.#committer.begin(group));
    });
    return answered.then(
      (answer) => ({ answer }),
      (error: unknown) => ({ code: error instanceof AhnlichError ? error.code : String(error) }),
    );
  }
}

/** The view of what is committed, for one who reads nothing between commits. */
class PlainPublisher implements Publisher {
  readonly #persistence: Persistence;
  #view: View;

  constructor(persistence: Persistence, { state, catalog }: Recovery) {
    this.#persistence = persistence;
    this.#view = new View(state.sequence, persistence.snapshot(), catalog);
  }

  acquire(): View {
    return this.#view;
  }

  release(): void {}

  async snapshot(): Promise<Snapshot> {
    return this.#persistence.snapshot();
  }

  async publish(draft: Draft, snapshot: Snapshot): Promise<void> {
    this.#view.snapshot.release();
    this.#view = new View(draft.state.sequence, snapshot, draft.catalog);
  }
}
