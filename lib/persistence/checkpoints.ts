/**
 * Files of what can be made again from the tables, each under a name of its own: to lose one costs time, never data.
 * What is read from them may be damaged or from another time, and is checked by whoever reads it.
 */
export interface Checkpoints {
  /**
   * What is there, each with its first bytes; a name is 1 to 64 of `a-z0-9-`. What was begun by somebody who is no
   * more is taken away where something may be written.
   *
   * @throws what the file system says
   */
  list(headBytes: number): Promise<CheckpointHead[]>;
  /** Undefined where there is none. To be closed. @throws what the file system says */
  open(name: string): Promise<CheckpointFile | undefined>;
  /**
   * Begins another, which takes the name when it is finished, and not before. Absent where nothing may be written.
   *
   * @throws DISK_FULL where there is no room for so many bytes; what the file system says
   */
  create?(name: string, bytes: number): Promise<CheckpointDraft>;
  /** Nothing happens where there is none. Absent where nothing may be written. @throws what the file system says */
  remove?(name: string): Promise<void>;
}

export interface CheckpointHead {
  readonly name: string;
  /** Fewer where the file is shorter. */
  readonly head: Uint8Array;
}

/** A file that does not change: another that takes its name leaves it as it is to those who have it open. */
export interface CheckpointFile {
  readonly bytes: number;
  /**
   * Fills `into`, which may lie in shared memory, with what is from `position` on. Several may be under way.
   *
   * @throws CORRUPT where the file ends before; what the file system says
   */
  read(into: Uint8Array, position: number): Promise<void>;
  /** The same for some kilobytes, on this thread: asking another takes longer. */
  readNow(into: Uint8Array, position: number): void;
  /** Waits for what is being read. Never rejects. */
  close(): Promise<void>;
}

/** One at a time: `write` and the rest are not called while a write is under way. */
export interface CheckpointDraft {
  /** @throws what the file system says */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Puts it on disk under its name. @throws LOCKED where the folder is no longer ours; what the file system says */
  finish(): Promise<void>;
  /** Never rejects. */
  discard(): Promise<void>;
}
