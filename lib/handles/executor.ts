import type { CallOptions } from "../model/options.js";
import type { Query } from "../model/query.js";

/** The one verb and its end: all that a handle stands on, in every reach. */
export interface Executor {
  /**
   * Copies the query before it returns. The options have been checked. Rejects with an AhnlichError;
   * where it throws, its handle rejects with what was thrown.
   */
  execute(query: Query, options?: CallOptions): Promise<unknown>;
  /** Finishes what is in flight, for at most `timeoutMs` (10,000); idempotent. */
  close(options?: { timeoutMs?: number | undefined }): Promise<void>;
  /** Settles when it is closed, with the reason where there was one; never rejects. */
  readonly closed: Promise<Error | undefined>;
}
