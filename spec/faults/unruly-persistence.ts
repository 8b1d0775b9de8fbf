import type { Persistence, Snapshot } from "../../lib/persistence/persistence.js";
import type { WriteBatch } from "../../lib/persistence/write-batch.js";

/** Persistence that holds commits back or lets them fail, as it is told; everything else goes to the real one. */
export class UnrulyPersistence implements Persistence {
  /** Operations of every batch that was committed. */
  readonly committed: number[] = [];
  readonly #real: Persistence;
  readonly #failures: Error[] = [];
  #gate: Promise<void> | undefined;
  #openGate: () => void = () => {};

  constructor(real: Persistence) {
    this.#real = real;
  }

  /** The next commit is rejected with this and writes nothing. */
  failNext(error: Error): void {
    this.#failures.push(error);
  }

  /** Failures that no commit has come to are taken back. */
  calm(): void {
    this.#failures.length = 0;
  }

  /** Commits wait until `goOn`. */
  holdBack(): void {
    this.#gate = new Promise((resolve) => {
      this.#openGate = resolve;
    });
  }

  goOn(): void {
    this.#gate = undefined;
    this.#openGate();
  }

  get bytes(): number {
    return this.#real.bytes;
  }

  get path(): string | undefined {
    return this.#real.path;
  }

  snapshot(): Snapshot {
    return this.#real.snapshot();
  }

  async commit(batch: WriteBatch): Promise<void> {
    await this.#gate;
    const failure = this.#failures.shift();
    if (failure) throw failure;
    await this.#real.commit(batch);
    this.committed.push(batch.operations);
  }

  close(): Promise<void> {
    return this.#real.close();
  }
}
