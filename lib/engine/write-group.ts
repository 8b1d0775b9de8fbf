import { toAhnlichError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";
import { applyOnce } from "./apply-once.js";
import { type Command, isSmall } from "./command.js";
import { Draft, type Ground } from "./draft.js";
import type { PendingWrite } from "./pending-write.js";
import { Slice } from "./slice.js";
import { atOnce, inSlices, type Steps } from "./steps.js";

/** Writes that share a transaction, and the draft that they make. */
export class WriteGroup {
  readonly members: PendingWrite[] = [];
  readonly #limits: Limits;
  #ground: Ground;
  #draft: Draft;

  constructor(ground: Ground, limits: Limits) {
    this.#limits = limits;
    this.#ground = ground;
    this.#draft = new Draft(ground);
  }

  get ground(): Ground {
    return this.#ground;
  }

  get draft(): Draft {
    return this.#draft;
  }

  get hasRoom(): boolean {
    const { entries, batch } = this.#draft;
    const isFull = entries >= entriesMax || this.members.length >= entriesMax;
    return !isFull && batch.length < bytesMax;
  }

  /** The command whose sequence the transaction brings the state to; there must be one. */
  get last(): Command {
    return (this.members.at(-1) as PendingWrite).command;
  }

  /**
   * Applies the write to the draft; one that is refused keeps its error and leaves nothing there. What is short is done
   * when this returns, and there is no promise then.
   */
  add(pending: PendingWrite): Promise<void> | undefined {
    this.members.push(pending);
    const clean = this.#decide(pending);
    if (clean === true) return undefined;
    return this.#cleanUp(clean);
  }

  /** Decides every member anew, on other ground. */
  async rebase(ground: Ground): Promise<void> {
    this.#begin(ground);
    for (const member of this.members.splice(0)) await this.add(member);
  }

  #begin(ground: Ground): void {
    this.#ground = ground;
    this.#draft = new Draft(ground);
  }

  /** False where the command failed half-way, and so has spoilt the draft. */
  #decide(pending: PendingWrite): boolean | Promise<boolean> {
    const before = this.#draft.batch.operations;
    try {
      pending.error = undefined;
      const steps = applyOnce(this.#draft, pending.command, this.#limits);
      if (!isSmall(pending.command)) return this.#decideInSlices(pending, steps, before);
      pending.answer = atOnce(steps);
      return true;
    } catch (error) {
      return this.#refuse(pending, error, before);
    }
  }

  async #decideInSlices(
    pending: PendingWrite,
    steps: Steps<unknown>,
    before: number,
  ): Promise<boolean> {
    try {
      pending.answer = await inSlices(steps, new Slice());
      return true;
    } catch (error) {
      return this.#refuse(pending, error, before);
    }
  }

  #refuse(pending: PendingWrite, error: unknown, before: number): boolean {
    pending.error = toAhnlichError(error);
    return this.#draft.batch.operations === before;
  }

  async #cleanUp(clean: boolean | Promise<boolean>): Promise<void> {
    if (!(await clean)) await this.#decideAgain();
  }

  /** Drafts all anew on the same ground, without those that spoil it. */
  async #decideAgain(): Promise<void> {
    const spoilers = new Set([this.members.at(-1)]);
    for (let clean = false; !clean; ) {
      clean = true;
      this.#begin(this.#ground);
      for (const member of this.members) {
        if (spoilers.has(member) || (await this.#decide(member))) continue;
        spoilers.add(member);
        clean = false;
        break;
      }
    }
  }
}

/**
 * Keeps a transaction, and so the wait of the writes behind it, short. It takes what has come while the one before it
 * was committed: the slower the disk, the fewer times it is waited for.
 */
const entriesMax = 3_000;
const bytesMax: number = 4 * 1024 * 1024;
