import { setTimeout as pause } from "node:timers/promises";
import { underCall, unlessGivenUp } from "../engine/call.js";
import type { Attachment } from "../handles/embedded-engine.js";
import type { EmbeddedExecutor } from "../handles/embedded-executor.js";
import type { Verification } from "../model/answers.js";
import { checkPath } from "../model/check-argument.js";
import { closedError, type ErrorCode, toAhnlichError } from "../model/errors.js";
import type { CallOptions } from "../model/options.js";
import { type Query, rights } from "../model/query.js";
import { within } from "../persistence/within.js";
import { copyQuery, refusePath } from "./copy-query.js";
import { backUpJoined } from "./joined-backup.js";
import { JoinedOwner, patienceMs } from "./joined-owner.js";
import type { OwnedFolder } from "./owned-folder.js";
import { type FolderUser, SharedFolder, type SharedOptions } from "./shared-folder.js";
import { withClients } from "./with-clients.js";

/**
 * The engine of one of several processes on one folder. It owns the folder, or reaches the owner; when
 * the owner is gone, one of those that are left becomes the next, and the others find it.
 */
export class SharedExecutor implements EmbeddedExecutor, FolderUser {
  readonly closed: Promise<Error | undefined>;
  readonly #folder: SharedFolder;
  /** Each is attached to the engine in this process, while there is one. */
  readonly #attachments = new Map<Attachment, Disposable | undefined>();
  #joined: JoinedOwner | undefined;
  /** Whose calls were under way when the folder became ours. */
  readonly #leaving = new Set<JoinedOwner>();
  /** Folders that were taken from us, until they are closed. */
  readonly #lost = new Set<OwnedFolder>();
  /** Our own, of a folder that we have joined, until nothing of them is under way. */
  readonly #backups = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;
  #setClosed: (reason: Error | undefined) => void = () => {};

  private constructor(options: SharedOptions) {
    this.#folder = new SharedFolder(options, this);
    this.closed = new Promise((resolve) => {
      this.#setClosed = resolve;
    });
  }

  /**
   * Owns the folder, or joins its owner.
   *
   * @throws LOCKED where the owner does not share it or does not answer; INVALID_ARGUMENT where it has
   *   other limits; what opening a folder throws
   */
  static async open(options: SharedOptions): Promise<SharedExecutor> {
    const executor = new SharedExecutor(options);
    try {
      await executor.#open();
      return executor;
    } catch (error) {
      await executor.close({ timeoutMs: 0 });
      throw error;
    }
  }

  execute(query: Query, options?: CallOptions): Promise<unknown> {
    if (this.#closing !== undefined) throw closedError();
    const owned = this.#folder.owned;
    if (owned !== undefined) return this.#executeOn(owned, query, options);
    refusePath(query);
    const answered = this.#join().execute(query, options);
    const attached = this.#attachments.size > 0;
    return attached ? answered.then((answer) => this.#withClients(query, answer)) : answered;
  }

  /** Where we have joined, the owner only copies. */
  backup(
    folder: string,
    onProgress: (bytes: number) => void,
    options?: CallOptions,
  ): Promise<{ bytes: number }> {
    if (this.#closing !== undefined) throw closedError();
    const owned = this.#folder.owned;
    if (owned !== undefined) return owned.backup(folder, onProgress, options);
    const path = checkPath(folder, "folder");
    return underCall(options, (call) => {
      const copy = (file: string) => this.#copy(file);
      const { signal } = call;
      const done = backUpJoined(path, { folder: this.#folder.folder, copy, signal, onProgress });
      this.#backups.add(done);
      const over = () => this.#backups.delete(done);
      done.then(over, over);
      return unlessGivenUp(call, done);
    });
  }

  /** A joiner hears of the progress at the end. */
  async verify(
    onProgress: (entries: number) => void,
    options?: CallOptions,
  ): Promise<Verification> {
    const owned = this.#closing === undefined ? this.#folder.owned : undefined;
    if (owned !== undefined) return owned.verify(onProgress, options);
    const verification = (await this.execute({ kind: "verify" }, options)) as Verification;
    onProgress(verification.entries);
    return verification;
  }

  attach(attachment: Attachment): Disposable {
    if (this.#closing !== undefined) throw closedError();
    this.#attachments.set(attachment, this.#folder.owned?.attach(attachment));
    return {
      [Symbol.dispose]: () => {
        this.#attachments.get(attachment)?.[Symbol.dispose]();
        this.#attachments.delete(attachment);
      },
    };
  }

  close({ timeoutMs = 10_000 }: { timeoutMs?: number | undefined } = {}): Promise<void> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  /** What was under way goes the way it has begun, which leads to ourselves now; new calls go straight. */
  taken(owned: OwnedFolder): void {
    for (const attachment of this.#attachments.keys()) {
      this.#attachments.set(attachment, owned.attach(attachment));
    }
    const joined = this.#joined;
    if (joined === undefined) return;
    this.#joined = undefined;
    this.#leaving.add(joined);
    void joined.leave().then(() => this.#leaving.delete(joined));
  }

  lost(owned: OwnedFolder): void {
    for (const [attachment, attached] of this.#attachments) {
      attached?.[Symbol.dispose]();
      this.#attachments.set(attachment, undefined);
    }
    this.#lost.add(owned);
    void owned.closed.then(() => this.#lost.delete(owned));
  }

  async #open(): Promise<void> {
    const ends = performance.now() + patienceMs;
    this.#joined = new JoinedOwner(this.#folder);
    const joined = this.#joined;
    for (;;) {
      try {
        await joined.open();
        return;
      } catch (thrown) {
        if (this.#folder.owned !== undefined) return;
        const error = toAhnlichError(thrown);
        const late = performance.now() >= ends;
        if (error.code === "TIMEOUT" || (late && passing.has(error.code))) {
          throw this.#folder.silent(error);
        }
        if (!passing.has(error.code)) throw error;
      }
      await pause(pauseMs * Math.random());
    }
  }

  /** Where the folder is taken meanwhile, what only reads is asked of its next owner. */
  async #executeOn(owned: OwnedFolder, query: Query, options?: CallOptions): Promise<unknown> {
    try {
      return await owned.execute(query, options);
    } catch (error) {
      const isTaken = toAhnlichError(error).code === "LOCKED" && !owned.isOurs;
      if (!isTaken || rights[query.kind] !== "read" || this.#closing !== undefined) throw error;
      return this.#join().execute(query, options);
    }
  }

  /** By whoever owns the folder now. */
  async #copy(file: string): Promise<unknown> {
    if (this.#closing !== undefined) throw closedError();
    return this.#folder.owned?.copyTo(file) ?? this.#join().execute(copyQuery(file));
  }

  #join(): JoinedOwner {
    if (this.#joined === undefined) {
      this.#joined = new JoinedOwner(this.#folder);
      this.#joined.start();
    }
    return this.#joined;
  }

  /** The owner knows its own clients and the processes that have joined it, not who listens here. */
  #withClients(query: Query, answer: unknown): unknown {
    const ours = [...this.#attachments.keys()].flatMap((attachment) => attachment.clients());
    return withClients(query, answer, ours);
  }

  /** Clients first, then what is in flight, then the folder: all of it, whatever of it fails. */
  async #close(timeoutMs: number): Promise<void> {
    const ends = performance.now() + timeoutMs;
    const left = () => ({ timeoutMs: Math.max(0, ends - performance.now()) });
    const failures: unknown[] = [];
    const step = (closing: Promise<void>[]) =>
      Promise.all(closing.map((each) => each.catch((error) => void failures.push(error))));
    await step([...this.#attachments.keys()].map((attachment) => attachment.close(left())));
    const joined = [...this.#leaving];
    if (this.#joined !== undefined) joined.push(this.#joined);
    await step(joined.map((each) => each.close(left())));
    await within(left().timeoutMs, Promise.allSettled(this.#backups), undefined);
    await step([...this.#lost].map((each) => each.closed));
    await step([this.#folder.close(left().timeoutMs)]);
    const reason = failures.length > 0 ? toAhnlichError(failures[0]) : undefined;
    this.#setClosed(reason);
    if (reason !== undefined) throw reason;
  }
}

/** What becomes of reaching an owner that is about to leave. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["CONNECTION_LOST", "SHUTTING_DOWN"]);
const pauseMs = 30;
