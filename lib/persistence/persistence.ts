import type { InjectionToken } from "tsyringe";
import type { Checkpoints } from "./checkpoints.js";
import type { Slack } from "./file-slack.js";
import type { Row, TableName } from "./table.js";
import type { WriteBatch } from "./write-batch.js";

/**
 * Where bytes survive: ordered tables of rows, written in atomic batches, read in snapshots.
 * Whoever implements it keeps these promises; spec/contracts/persistence.contract.ts states them.
 */
export interface Persistence {
  /** What the latest settled commit left. It must be released. */
  snapshot(): Snapshot;
  /**
   * Applies the batch whole or not at all. Settled: it is durable, and later snapshots have it.
   * Rejected: no snapshot ever has it. Commits are not called while one is under way.
   * The batch is given away: its bytes may be moved to another thread, and it is not used again.
   *
   * @throws DISK_FULL, IO_ERROR and from then on READ_ONLY, LOCKED when another process has taken the folder, CLOSED
   */
  commit(batch: WriteBatch): Promise<void>;
  /**
   * Refuses what would take the last of the disk, before it is tried. Cheap. Absent where there is no disk.
   *
   * @throws DISK_FULL where there is no room for about so many bytes more, READ_ONLY, CLOSED
   */
  checkRoom?(bytes: number): void;
  /**
   * What the module's `read(snapshot, input)` yields, run by another thread on what the latest settled commit left,
   * or a later one. It ends before the persistence closes. Absent where there is no other thread.
   */
  readBehind?(module: URL, input: unknown): AsyncIterable<unknown>;
  /**
   * Writes what the latest settled commit left, or a later one, into a new environment's file, while commits go on; the
   * persistence closes when it is done. Absent where there is no file to be copied.
   */
  copyTo?(file: string): Promise<void>;
  /**
   * Gives the space that is free in the file back to the system, while commits and snapshots go on: so many bytes. What
   * is read by snapshots from before is given back when they are released. Absent where there is no file.
   */
  compact?(): Promise<number>;
  /** Files beside the tables, of what can be made from them again. Absent where nothing is on disk. */
  readonly checkpoints?: Checkpoints;
  /**
   * Whether compacting is worth it now, and how much it would take: undefined where it is not, where there is no room
   * for it, or something else is done with the file. Cheap as a rule, now and then a walk over the rows by another
   * thread or in slices, as seldom as is fair to what was written. Absent where there is no file.
   */
  slack?(): Promise<Slack | undefined>;
  /** Bytes held, on disk or in memory. */
  readonly bytes: number;
  /** Where the bytes are, for people; undefined where nothing is kept. */
  readonly path: string | undefined;
  /** Waits for the commit under way; open snapshots end. Idempotent. */
  close(): Promise<void>;
}

export const Persistence: InjectionToken<Persistence> = Symbol("Persistence");

/** A state of all tables that no later commit changes. Bytes it gives are valid until its next call. */
export interface Snapshot {
  get(table: TableName, key: Uint8Array): Uint8Array | undefined;
  /**
   * The rows with from <= key < to, in the order of their keys' bytes or the other way round; the iteration may be
   * broken off. A row's bytes are valid until the next row.
   */
  range(table: TableName, from: Uint8Array, to: Uint8Array, isReversed?: boolean): Iterable<Row>;
  /** Idempotent; a snapshot that is held keeps old pages from being used again. */
  release(): void;
}
