import type { Checkpoint } from "../checkpoints/checkpoint.js";
import { CheckpointReading } from "../checkpoints/checkpoint-reading.js";
import type { IndexSearch, Nearest, VectorIndex } from "../indexes/vector-index.js";
import { type Judged, type Judging, judgeVectors } from "./judge-vectors.js";
import { passVectors } from "./pass-vectors.js";
import type { Logger } from "./ports.js";
import { restoreVectors } from "./restore-vectors.js";
import { Slice } from "./slice.js";
import { inSlices } from "./steps.js";
import type { TrustedCheckpoints } from "./trusted-checkpoints.js";

/** The checkpoint of one store on its way into an index: what is searched first. Its rows are in the tables. */
export class Restoration {
  readonly #checkpoint: Checkpoint;
  readonly #checkpoints: TrustedCheckpoints;
  readonly #log: Logger;
  readonly #store: string;
  #reading: CheckpointReading | undefined;
  #judged: Promise<Judged> | undefined;

  private constructor(
    checkpoint: Checkpoint,
    { checkpoints, log, store }: { checkpoints: TrustedCheckpoints; log: Logger; store: string },
  ) {
    this.#checkpoint = checkpoint;
    this.#checkpoints = checkpoints;
    this.#log = log;
    this.#store = store;
  }

  /** Undefined where there is none that could be used. Never rejects. */
  static async open(
    checkpoints: TrustedCheckpoints,
    { incarnation, name: store }: { readonly incarnation: number; readonly name: string },
    log: Logger,
  ): Promise<Restoration | undefined> {
    try {
      const checkpoint = await checkpoints.open(incarnation);
      return checkpoint && new Restoration(checkpoint, { checkpoints, log, store });
    } catch (error) {
      log.warn({ store, error }, "a checkpoint of vectors cannot be opened");
      return undefined;
    }
  }

  /** Makes room in an index that has never held anything; whether it fits. @throws LIMIT_EXCEEDED */
  layIn({ image }: VectorIndex): boolean {
    if (image === undefined) return false;
    if (this.#checkpoint.fits(image)) {
      this.#reading = new CheckpointReading(this.#checkpoint, image);
      return true;
    }
    this.distrust("it has another shape");
    return false;
  }

  /**
   * Finds what a search in the snapshot is after while the codes pass by, where they fit the index. Undefined where it
   * cannot: whatever is wrong is met again by `restore`. Never rejects.
   */
  async pass(
    around: Restoring,
    { image }: VectorIndex,
    search: IndexSearch,
  ): Promise<Nearest | undefined> {
    const checkpoint = this.#checkpoint;
    if (image === undefined || !checkpoint.fits(image)) return undefined;
    try {
      return await passVectors({
        ...{ ...around, checkpoint, search, judge: () => this.#judge(around) },
      });
    } catch {
      return undefined;
    }
  }

  /**
   * Takes what lives in the snapshot, but the rows: all below the ordinal `from`, and some of the others. Undefined
   * where nothing can be taken. Never rejects.
   */
  async restore(around: Restoring): Promise<{ from: number; changed: number } | undefined> {
    const reading = this.#reading;
    if (reading === undefined) return undefined;
    try {
      const judge = () => this.#judge(around);
      const changed = await restoreVectors({ ...around, reading, judge });
      this.#judged = undefined;
      this.#log.info({ store: this.#store, changed }, "vectors were read from a checkpoint");
      return { from: this.#checkpoint.header.nextOrdinal, changed };
    } catch (error) {
      if (around.isWanted()) this.distrust(error);
      return undefined;
    }
  }

  /** Once: what is asked for is always the same. */
  #judge(around: Restoring): Promise<Judged> {
    this.#judged ??= judgeVectors({ ...around, checkpoint: this.#checkpoint });
    return this.#judged;
  }

  /**
   * Reads the links, where there are any, in the background and before the rows. Where there are none, or they are of
   * no use, all is linked anew: not before the first search was answered, since memory for links takes longer than it.
   *
   * @throws where it is not wanted any more
   */
  async link(pause: () => Promise<void> | undefined, isWanted: () => boolean): Promise<void> {
    const reading = this.#reading;
    if (reading === undefined) return;
    try {
      await reading.fillLinks(pause);
      await inSlices(reading.adoptLinks(), new Slice());
    } catch (error) {
      if (!isWanted()) throw error;
      this.#log.warn({ store: this.#store, error }, "the links of a checkpoint are of no use");
      await inSlices(reading.forgoLinks(), new Slice());
    }
  }

  get hasLinks(): boolean {
    return this.#reading?.hasLinks ?? false;
  }

  get slots(): number {
    return this.#checkpoint.header.slots;
  }

  /** It is taken away: it costs time, and another will be written. */
  distrust(error: unknown): void {
    this.#log.warn({ store: this.#store, error }, "a checkpoint of vectors is of no use");
    void this.#checkpoints.remove(this.#checkpoint.header.incarnation);
  }

  /** Never rejects. */
  close(): Promise<void> {
    return this.#checkpoint.close();
  }
}

/** What a checkpoint is restored from and beside: always the same snapshot, and the store as that has it. */
interface Restoring extends Omit<Judging, "checkpoint"> {
  /** Asked now and then. */
  readonly isWanted: () => boolean;
}
