import { AhnlichError } from "../model/errors.js";
import type { LmdbEnvironment } from "./lmdb.js";

/** The right to write to an environment, as long as its owner row has this epoch. */
export interface Ownership {
  readonly epoch: number;
  /**
   * Whether it can still be ours: only an owner whose socket is gone can have lost it. Asking costs a look at
   * the file system.
   */
  readonly isHeld: boolean;
  /** Gives the row back while the environment is open, whichever it is by now; what is left afterwards by `end`. */
  release(environment: LmdbEnvironment): void;
  end(): Promise<void>;
}

/** What whoever has lost it is told. */
export function lost(path: string, epoch: number): AhnlichError {
  const sentence = `another process has taken ${path}: expected it to be ours by epoch ${epoch}`;
  return new AhnlichError("LOCKED", sentence, { details: { path, epoch }, retryable: false });
}
