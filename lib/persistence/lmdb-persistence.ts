import { dirname } from "node:path";
import { AhnlichError, closedError } from "../model/errors.js";
import { CommitWorker } from "./commit-worker.js";
import { Compaction, sweepCompaction } from "./compaction.js";
import { codeOf, diskFailure } from "./disk-failure.js";
import { DiskRoom } from "./disk-room.js";
import { FileSlack, type RowSizes, type Slack } from "./file-slack.js";
import { FolderCheckpoints } from "./folder-checkpoints.js";
import { Journal } from "./journal.js";
import type { LmdbEnvironment } from "./lmdb.js";
import { fileBytes } from "./lmdb-file.js";
import { LmdbSnapshot, LmdbState } from "./lmdb-snapshot.js";
import { lost, type Ownership } from "./ownership.js";
import type { Persistence, Snapshot } from "./persistence.js";
import { readApart } from "./read-apart.js";
import { readRows, readRowsJob } from "./read-rows-job.js";
import { readInThread } from "./read-worker.js";
import { readRowSizes, rowSizesJob } from "./row-sizes-job.js";
import { within } from "./within.js";
import type { WriteBatch } from "./write-batch.js";

export interface LmdbOptions {
  readonly environment: LmdbEnvironment;
  /** The environment's file. */
  readonly file: string;
  readonly ownership: Ownership;
  /** Threads that may be used beside this one; with 0, large batches are applied here in slices. */
  readonly threads: number;
}

/**
 * Persistence in an LMDB environment. Small batches go to a thread of lmdb-js, which costs this one
 * less than a millisecond; large ones to the worker. Every commit checks the epoch in its own transaction.
 */
export class LmdbPersistence implements Persistence {
  readonly path: string;
  readonly checkpoints: FolderCheckpoints;
  readonly #file: string;
  readonly #ownership: Ownership;
  readonly #threads: number;
  #environment: LmdbEnvironment;
  #worker: CommitWorker | undefined;
  readonly #room: DiskRoom;
  readonly #slack: FileSlack;
  readonly readBehind?: (module: URL, input: unknown) => AsyncIterable<unknown>;
  readonly #readings = new Set<AsyncGenerator<unknown>>();
  readonly #copies = new Set<Promise<void>>();
  readonly #states = new Set<LmdbState>();
  /** Environments whose file a compaction has replaced, as long as their states are held. */
  readonly #former = new Set<LmdbEnvironment>();
  #compacting: Promise<number> | undefined;
  /** What a compaction under way has still to follow. */
  #journal: Journal | undefined;
  /** While it is there, commits wait for it. */
  #pause: Promise<void> | undefined;
  /** The latest settled commit while it is held, and so what `snapshot` gives while the next is under way. */
  #latest: LmdbState | undefined;
  #underWay: Promise<void> | undefined;
  /** The part of it that is in the environment's hands. */
  #writing: Promise<boolean> | undefined;
  #refusal: AhnlichError | undefined;
  #closed: Promise<void> | undefined;

  constructor({ environment, file, ownership, threads }: LmdbOptions) {
    this.path = dirname(file);
    this.#environment = environment;
    this.#file = file;
    this.#ownership = ownership;
    this.#threads = threads;
    sweepCompaction(file);
    this.#room = new DiskRoom(this.path, () => this.#environment.spareBytes);
    this.checkpoints = new FolderCheckpoints(this.path, this);
    this.#slack = new FileSlack(this.bytes);
    this.#worker = threads > 0 ? new CommitWorker(file) : undefined;
    if (threads > 0) this.readBehind = (module, input) => this.#readBehind(module, input);
  }

  get bytes(): number {
    return fileBytes(this.#file);
  }

  /** Whether the folder can be ours still. */
  get isOurs(): boolean {
    return this.#closed === undefined && this.#ownership.isHeld;
  }

  snapshot(): Snapshot {
    this.#checkOpen();
    return new LmdbSnapshot(this.#hold());
  }

  checkRoom(bytes: number): void {
    this.#checkOpen();
    if (this.#refusal !== undefined) throw this.#refusal;
    this.#room.check(bytes);
  }

  async commit(batch: WriteBatch): Promise<void> {
    this.#checkOpen();
    if (this.#refusal !== undefined) throw this.#refusal;
    if (this.#underWay !== undefined) {
      throw new AhnlichError("INTERNAL", "a commit was begun while another is under way");
    }
    this.#hold();
    this.#underWay = this.#commit(batch);
    try {
      await this.#underWay;
    } finally {
      this.#underWay = undefined;
    }
  }

  async *#readBehind(module: URL, input: unknown): AsyncGenerator<unknown, void, undefined> {
    this.#checkOpen();
    this.#environment.expectReads();
    const reading = readInThread(this.#file, module, input);
    this.#readings.add(reading);
    try {
      yield* reading;
    } finally {
      this.#readings.delete(reading);
    }
  }

  async copyTo(file: string): Promise<void> {
    while (this.#pause !== undefined) await this.#pause;
    this.#checkOpen();
    const copy = this.#environment.copyTo(file);
    this.#copies.add(copy);
    try {
      await copy;
    } finally {
      this.#copies.delete(copy);
    }
  }

  compact(): Promise<number> {
    this.#checkOpen();
    this.#compacting ??= this.#compact().finally(() => {
      this.#compacting = undefined;
    });
    return this.#compacting;
  }

  async slack(): Promise<Slack | undefined> {
    this.#checkOpen();
    if (process.platform === "win32" || this.#refusal !== undefined) return undefined;
    // A former file that is still read takes its space until then; another would come to it.
    if (this.#compacting !== undefined || this.#copies.size > 0 || this.#former.size > 0)
      return undefined;
    const { usedBytes, rows } = this.#environment;
    const use = { fileBytes: this.bytes, usedBytes, rows };
    const slack = await this.#slack.judge(use, () => this.#measureRows());
    return slack !== undefined && this.#room.isThereFor(slack.needed) ? slack : undefined;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** After a failure the state from before stays the latest: what was rejected is never seen. */
  async #commit(batch: WriteBatch): Promise<void> {
    if (this.#journal !== undefined) await this.#waitForCompaction(this.#journal);
    const { epoch } = this.#ownership;
    const { length, operations } = batch;
    const journal = this.#journal;
    const copy = journal && batch.bytes.slice();
    let owned = false;
    try {
      // One that may have lost the folder does not even begin: the other may be opening the environment.
      if (this.#ownership.isHeld) owned = await this.#write(batch, epoch);
    } catch (error) {
      throw await this.#failed(error);
    }
    if (!owned) throw this.#refuse(lost(this.path, epoch));
    this.#slack.wrote(length, operations);
    if (copy !== undefined) journal?.add(copy);
    const before = this.#latest;
    this.#latest = undefined;
    before?.release();
  }

  async #waitForCompaction(journal: Journal): Promise<void> {
    await journal.room();
    while (this.#pause !== undefined) await this.#pause;
    // In another environment perhaps: what is settled there is what snapshots show while this commit is under way.
    this.#hold();
  }

  #write(batch: WriteBatch, epoch: number): Promise<boolean> {
    const writing = this.#writeBy(batch, epoch);
    this.#writing = writing;
    return writing;
  }

  #writeBy(batch: WriteBatch, epoch: number): Promise<boolean> {
    const { bytes } = batch;
    if (batch.operations <= operationsBehind) return this.#environment.writeBehind(bytes, epoch);
    if (this.#worker === undefined) return this.#environment.writeInTurns(bytes, epoch);
    return this.#worker.write(bytes, epoch);
  }

  /**
   * A disk that is full is tried again with the next commit. After any other failure nobody knows
   * what the system still believes to be on disk, so nothing more is written until it is opened anew.
   */
  async #failed(error: unknown): Promise<AhnlichError> {
    const failure = await diskFailure(error, this.path, "a commit to");
    if (failure.code === "DISK_FULL" && this.#canWrite()) return failure;
    return this.#takeNoMore(failure);
  }

  #takeNoMore(failure: AhnlichError): AhnlichError {
    const sentence = `${this.path} takes no writes until it is opened again, since: ${failure.message}`;
    this.#refuse(new AhnlichError("READ_ONLY", sentence, { cause: failure }));
    return failure;
  }

  #canWrite(): boolean {
    try {
      this.#environment.probe();
      return true;
    } catch {
      return false;
    }
  }

  #refuse(refusal: AhnlichError): AhnlichError {
    this.#refusal ??= refusal;
    return refusal;
  }

  #hold(): LmdbState {
    if (this.#latest === undefined) {
      const state = this.#newState();
      state.hold();
      this.#states.add(state);
      this.#latest = state;
    }
    return this.#latest;
  }

  #newState(): LmdbState {
    try {
      const environment = this.#environment;
      return new LmdbState(environment, (ended) => {
        this.#states.delete(ended);
        if (this.#former.has(environment)) this.#closeUnheld(environment);
      });
    } catch (error) {
      if (codeOf(error) !== readersFull) throw error;
      const sentence = `${this.path}: snapshots of as many commits are held as can be at once`;
      throw new AhnlichError("BUSY", sentence, { cause: error });
    }
  }

  async #compact(): Promise<number> {
    if (process.platform === "win32") {
      throw new AhnlichError(
        "UNSUPPORTED",
        "on Windows no file takes the place of one that is open",
      );
    }
    const before = this.bytes;
    const row = this.#environment.heldOwnerRow;
    if (row === undefined) throw lost(this.path, this.#ownership.epoch);
    const compaction = await Compaction.begin(this.#file, this.#ownership, row, this.#threads);
    try {
      await this.#fill(compaction);
      // A copy reads the file to its end, however long that takes.
      while (this.#copies.size > 0) await Promise.allSettled(this.#copies);
      const worker = this.#worker;
      await this.#replaceBy(compaction);
      await Promise.all([worker?.close(), compaction.end()]);
    } catch (error) {
      this.#journal?.stepped();
      this.#journal = undefined;
      // Before what was written is taken away: a disk that is full would not look so any more.
      const failure = await diskFailure(error, this.path, "compacting");
      await compaction.end();
      throw failure;
    }
    return Math.max(0, before - this.bytes);
  }

  /**
   * Each row as it was at some moment behind the journal's beginning: with the journal, which has whatever changed
   * since, they are everything.
   */
  async #fill(compaction: Compaction): Promise<void> {
    const journal = new Journal();
    this.#journal = journal;
    // What was begun before is not followed, so it must be read.
    await this.#underWay?.catch(() => undefined);
    const reading = { job: readRowsJob, input: undefined, here: readRows };
    const step = async (written: Promise<void>) => {
      await written;
      this.#checkOpen();
      journal.stepped();
    };
    for await (const bytes of readApart(this, reading)) await step(compaction.fill(bytes));
    for (let rounds = 0; rounds < followRounds && journal.bytes > smallBytes; rounds++) {
      for (const bytes of journal.take()) await step(compaction.follow(bytes));
    }
  }

  async #measureRows(): Promise<RowSizes[]> {
    const { pageBytes } = this.#environment;
    const here = (snapshot: Snapshot) => readRowSizes(snapshot, pageBytes);
    const sizes: RowSizes[] = [];
    for await (const some of readApart(this, { job: rowSizesJob, input: pageBytes, here })) {
      sizes.push(some);
    }
    this.#checkOpen();
    return sizes;
  }

  /** The one step for which commits wait. */
  async #replaceBy(compaction: Compaction): Promise<void> {
    let goOn = (): void => {};
    this.#pause = new Promise((resolve) => {
      goOn = resolve;
    });
    try {
      // One that came before the pause; those that wait for it are under way too.
      await this.#writing?.catch(() => undefined);
      await Promise.allSettled(this.#copies);
      if (this.#refusal !== undefined) throw this.#refusal;
      this.#checkOpen();
      for (const bytes of this.#journal?.take() ?? []) await compaction.follow(bytes);
      this.#checkOpen();
      const former = this.#environment;
      const next = await compaction.replace(former);
      const latest = this.#latest;
      this.#environment = next.environment;
      this.#worker = next.worker;
      this.#latest = undefined;
      this.#former.add(former);
      this.#slack.compacted(next.environment);
      latest?.release();
      this.#closeUnheld(former);
      if (next.failure !== undefined) {
        throw this.#takeNoMore(await diskFailure(next.failure, this.path, "compacting"));
      }
    } finally {
      this.#journal?.stepped();
      this.#journal = undefined;
      this.#pause = undefined;
      goOn();
    }
  }

  /** Gives the file of a former environment back to the system once nobody reads it. */
  #closeUnheld(former: LmdbEnvironment): void {
    for (const state of this.#states) if (state.environment === former) return;
    this.#former.delete(former);
    former.close().catch(() => undefined);
  }

  async #close(): Promise<void> {
    await this.#underWay?.catch(() => undefined);
    for (const state of this.#states) state.close();
    // A thread of lmdb-js reads the environment, and would end the process if it were closed.
    await Promise.allSettled(this.#copies);
    await Promise.all([...this.#readings].map((reading) => reading.return(undefined)));
    await this.#compacting?.catch(() => undefined);
    await this.#worker?.close();
    try {
      // Where writing has become impossible, trying may end the process.
      if (this.#refusal === undefined) this.#ownership.release(this.#environment);
    } catch {
      // The row stays, and whoever comes finds that nobody answers.
    }
    // lmdb-js waits for its writes when it closes; one that hangs must not keep the process.
    await within(closingMilliseconds, this.#environment.close(), undefined);
    await this.#ownership.end();
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw closedError();
  }
}

/**
 * Up to so many operations are queued from this thread, at a third of a microsecond each and as much
 * again when they are done. The worker is as fast with more and costs this thread nothing, but takes a message
 * each way.
 */
const operationsBehind = 2_000;

/** What is so little that commits wait while it is followed; and how often it is tried to come so near. */
const smallBytes = 256 * 1024;
const followRounds = 20;

const readersFull = -30_790;
const closingMilliseconds = 5_000;
