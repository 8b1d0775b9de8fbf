import type { ClientInfo } from "../model/answers.js";
import type { Engine } from "./engine.js";

/** An engine in this process, to which listeners may be attached. */
export interface EmbeddedEngine extends Engine {
  /** From now on the engine reports the attachment's clients and closes it first; disposing detaches it. */
  attach(attachment: Attachment): Disposable;
}

/** What brings clients to an engine: a server. */
export interface Attachment {
  clients(): ClientInfo[];
  /** Answers what is in flight, for at most `timeoutMs`, then lets go of the engine. */
  close(options?: { timeoutMs?: number | undefined }): Promise<void>;
}
