import { dirname } from "node:path";
import { AhnlichError, closedError } from "../model/errors.js";
import { ReadableCheckpoints } from "./folder-checkpoints.js";
import type { LmdbEnvironment } from "./lmdb.js";
import { fileBytes } from "./lmdb-file.js";
import { LmdbSnapshot, LmdbState } from "./lmdb-snapshot.js";
import type { Persistence, Snapshot } from "./persistence.js";

/** An LMDB environment as it was when it was opened, for reading alone, whoever writes to it meanwhile. */
export class LmdbReader implements Persistence {
  readonly path: string;
  readonly checkpoints: ReadableCheckpoints;
  readonly #environment: LmdbEnvironment;
  readonly #file: string;
  readonly #state: LmdbState;
  readonly #whenClosed: () => void;
  #closed: Promise<void> | undefined;

  constructor(environment: LmdbEnvironment, file: string, whenClosed: () => void) {
    this.path = dirname(file);
    this.checkpoints = new ReadableCheckpoints(this.path);
    this.#environment = environment;
    this.#file = file;
    this.#whenClosed = whenClosed;
    this.#state = new LmdbState(environment, () => {});
    this.#state.hold();
  }

  get bytes(): number {
    return fileBytes(this.#file);
  }

  snapshot(): Snapshot {
    if (this.#closed !== undefined) throw closedError();
    return new LmdbSnapshot(this.#state);
  }

  async commit(): Promise<void> {
    throw new AhnlichError("READ_ONLY", `${this.path} is open for reading only`);
  }

  async compact(): Promise<number> {
    throw new AhnlichError("READ_ONLY", `${this.path} is open for reading only`);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#state.close();
    await this.#environment.close();
    this.#whenClosed();
  }
}
