import { Checkpoint } from "../checkpoints/checkpoint.js";
import { checkpointName, decodeHeader, headerBytes } from "../checkpoints/checkpoint-header.js";
import type { Checkpoints } from "../persistence/checkpoints.js";
import type { Logger } from "./ports.js";
import type { Recovery } from "./recovery.js";

/**
 * The checkpoints that belong to what the engine has recovered. A file may have come from anywhere: one of another
 * folder, of a store that is no more, or of a state that this folder has never reached, is taken away before
 * anything is written, since afterwards nobody could tell.
 */
export class TrustedCheckpoints {
  /** Undefined where nothing is kept. */
  readonly files: Checkpoints | undefined;
  readonly history: Uint8Array;
  readonly #log: Logger;
  readonly #trusted = new Set<number>();
  readonly #removing = new Set<Promise<void>>();

  constructor(files: Checkpoints | undefined, history: Uint8Array, log: Logger) {
    this.files = files;
    this.history = history;
    this.#log = log;
  }

  /** Never rejects: what cannot be looked at is not trusted. */
  static async of(
    files: Checkpoints | undefined,
    recovery: Recovery,
    log: Logger,
  ): Promise<TrustedCheckpoints> {
    const trusted = new TrustedCheckpoints(files, recovery.origin.history, log);
    try {
      if (files !== undefined) await trusted.#look(files, recovery);
    } catch (error) {
      trusted.#trusted.clear();
      log.warn({ error }, "the checkpoints of vectors cannot be read, and are left alone");
    }
    return trusted;
  }

  /** To be closed; undefined where there is none to trust. @throws what the file system says */
  async open(incarnation: number): Promise<Checkpoint | undefined> {
    if (!this.#trusted.has(incarnation)) return undefined;
    return this.files && Checkpoint.open(this.files, incarnation);
  }

  has(incarnation: number): boolean {
    return this.#trusted.has(incarnation);
  }

  /** One was written by this engine. */
  add(incarnation: number): void {
    this.#trusted.add(incarnation);
  }

  /** It is of no use. Settles when its file is gone; never rejects. */
  async remove(incarnation: number): Promise<void> {
    if (!this.#trusted.delete(incarnation)) return;
    const removing = this.#remove(incarnation);
    this.#removing.add(removing);
    await removing;
    this.#removing.delete(removing);
  }

  /** Settles when nothing is being removed any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#removing);
  }

  async #remove(incarnation: number): Promise<void> {
    try {
      await this.files?.remove?.(checkpointName(incarnation));
    } catch (error) {
      this.#log.warn({ incarnation, error }, "a checkpoint of vectors cannot be removed");
    }
  }

  async #look(files: Checkpoints, { origin, state, catalog }: Recovery): Promise<void> {
    const heads = await files.list(headerBytes);
    if (heads.length === 0) return;
    const dimensions = new Map<number, number>();
    for (const { incarnation, dimension } of catalog.list()) dimensions.set(incarnation, dimension);
    for (const { name, head } of heads) {
      const header = decodeHeader(head);
      const isOurs =
        header !== undefined &&
        checkpointName(header.incarnation) === name &&
        Buffer.compare(header.history, origin.history) === 0 &&
        header.dimension === dimensions.get(header.incarnation) &&
        header.done <= state.sequence;
      if (isOurs) this.#trusted.add(header.incarnation);
      else await files.remove?.(name);
    }
  }
}
