import type { ClientInfo, Verification } from "../model/answers.js";
import type { CallOptions } from "../model/options.js";
import type { Engine } from "./engine.js";
import type { ProgressOptions } from "./progress-options.js";

/** An engine in this process, to which listeners may be attached. */
export interface EmbeddedEngine extends Engine {
  /** From now on the engine reports the attachment's clients and closes it first; disposing detaches it. */
  attach(attachment: Attachment): Disposable;
  /**
   * Writes a copy of everything into a folder that is missing or empty, to be opened or restored, while writes go on:
   * what was acknowledged before it began is in it. It is verified before it is called done, and leaves nothing when it
   * fails. `onProgress` is told of the bytes that are written; verifying them takes its time beyond.
   *
   * @throws INVALID_ARGUMENT where the folder holds something · CORRUPT where the copy does not verify · DISK_FULL ·
   * READ_ONLY where the folder cannot be made or written · IO_ERROR
   */
  backup(folder: string, options?: ProgressOptions): Promise<{ bytes: number }>;
  /**
   * Gives the space that is free in the folder's file back to the system: so many bytes. Reads and writes go on; writes
   * wait for some milliseconds at the end. It needs as much space beside as the file then takes.
   *
   * @throws DISK_FULL, after which all is as before · UNSUPPORTED on Windows
   */
  compact(options?: CallOptions): Promise<{ bytes: number }>;
  /**
   * Compares all that is kept and all that is in memory with each other: checksums, counts, ids, vectors, the log of
   * changes. Writes go on meanwhile. `onProgress` is told of the entries that were looked at. What is wrong is
   * answered, not thrown.
   */
  verify(options?: ProgressOptions): Promise<Verification>;
}

/** What brings clients to an engine: a server. */
export interface Attachment {
  clients(): ClientInfo[];
  /** Answers what is in flight, for at most `timeoutMs`, then lets go of the engine. */
  close(options?: { timeoutMs?: number | undefined }): Promise<void>;
}
