import type { Attachment } from "../handles/embedded-engine.js";

/** A listener attached to an engine, and the sessions that came of it. */
export interface Server extends Attachment, AsyncDisposable {
  /** What `connect()` takes to reach it. */
  readonly url: string;
  /**
   * Reads the certificates again, for those who connect from now on; and the users, which happens by
   * itself within a second or so of a change to their file.
   *
   * @throws what `listen` does where they cannot be read; what was read before holds then
   */
  reload(): Promise<void>;
  /** Settles when the server is closed, with the reason where there was one; never rejects. */
  readonly closed: Promise<Error | undefined>;
}
