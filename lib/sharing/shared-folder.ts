import { setTimeout as pause } from "node:timers/promises";
import { AhnlichError, closedError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";
import { prepareFile } from "../persistence/lmdb-file.js";
import type { Transport } from "../transport/transport.js";
import { bellFile, bellPath } from "./bell-path.js";
import type { Doorbell } from "./doorbell.js";
import { findResident, refusalOf } from "./find-resident.js";
import type { WayIn } from "./joined-owner.js";
import { locked } from "./locked.js";
import { OwnedFolder, type TakeFolder } from "./owned-folder.js";
import type { Owner } from "./owner-row.js";

export interface SharedOptions {
  /** The folder; it is made where it is missing. */
  readonly path: string;
  readonly limits: Limits;
  readonly take: TakeFolder;
  readonly doorbell: Doorbell;
  /** Rings where the owner lets in whoever does. @throws CONNECTION_LOST where nobody is there */
  readonly enter: (path: string, signal: AbortSignal) => Promise<Transport>;
}

/** Who is told whose the folder is. */
export interface FolderUser {
  /** From now on it is ours. */
  taken(owned: OwnedFolder): void;
  /** Another process has taken it from us. */
  lost(owned: OwnedFolder): void;
}

/** A folder that several processes share: it is ours, or its owner lets us in. */
export class SharedFolder implements WayIn {
  readonly folder: string;
  readonly #options: SharedOptions;
  readonly #user: FolderUser;
  #owned: OwnedFolder | undefined;
  #taking: Promise<boolean> | undefined;
  /** Whom we have rung for last. */
  #owner: Owner | undefined;
  #socket: string | undefined;
  #closed = false;

  constructor(options: SharedOptions, user: FolderUser) {
    this.folder = options.path;
    this.#options = options;
    this.#user = user;
  }

  /** What we own, where it is ours. */
  get owned(): OwnedFolder | undefined {
    return this.#owned?.isOurs ? this.#owned : undefined;
  }

  get socket(): string | undefined {
    return this.#socket;
  }

  /**
   * A transport to the folder's owner. Where it has none, or one that is dead, that is us from now on.
   *
   * @throws LOCKED where the owner does not share it; INVALID_ARGUMENT where it has other limits; what
   *   opening a folder throws
   */
  async dial(signal: AbortSignal): Promise<Transport> {
    for (;;) {
      if (this.#closed) throw closedError();
      signal.throwIfAborted();
      const transport = this.owned?.dial() ?? (await this.#approach(signal));
      if (transport !== undefined) return transport;
      await pause(pauseMs * Math.random(), undefined, { signal });
    }
  }

  /** That the owner, though it lives, says nothing. */
  silent(cause: Error): AhnlichError {
    const owner = this.#owner;
    if (owner === undefined) return new AhnlichError("LOCKED", `${this.folder} changes hands`);
    const why = ", which does not answer: it may be stopped, or have too much to do";
    const { message, details } = locked(this.folder, owner, why);
    return new AhnlichError("LOCKED", message, { details, cause });
  }

  /** Gives the folder up, if it is ours. */
  async close(timeoutMs: number): Promise<void> {
    this.#closed = true;
    await this.#taking?.catch(() => undefined);
    await this.#owned?.close(timeoutMs);
  }

  /** Undefined where it is changing hands. */
  async #approach(signal: AbortSignal): Promise<Transport | undefined> {
    const { doorbell } = this.#options;
    const { folder } = prepareFile(this.#options.path);
    const resident = await findResident(folder, doorbell);
    if (resident !== undefined) {
      return resident.owner && this.#ring(folder, resident.owner, signal);
    }
    if (this.#closed) return undefined;
    this.#taking ??= this.#take().finally(() => {
      this.#taking = undefined;
    });
    return (await this.#taking) ? this.#owned?.dial() : undefined;
  }

  /** Undefined where the owner is gone by now. */
  async #ring(folder: string, owner: Owner, signal: AbortSignal): Promise<Transport | undefined> {
    const refusal = refusalOf(folder, owner, this.#options.limits);
    if (refusal !== undefined) throw refusal;
    using bell = bellPath(folder, owner.nonce);
    try {
      const transport = await this.#options.enter(bell.path, signal);
      this.#owner = owner;
      this.#socket = bellFile(folder, owner.nonce);
      return transport;
    } catch (error) {
      if (error instanceof AhnlichError && error.code === "CONNECTION_LOST") return undefined;
      throw error;
    }
  }

  /** Whether it is ours now. */
  async #take(): Promise<boolean> {
    const { path, limits, take } = this.#options;
    const user = this.#user;
    try {
      const owned: OwnedFolder = await OwnedFolder.open(take, {
        folder: path,
        limits,
        onLost: () => {
          this.#owned = undefined;
          user.lost(owned);
        },
      });
      this.#owned = owned;
      // That of the former owner is gone, which says nothing of us.
      this.#socket = undefined;
      user.taken(owned);
      return true;
    } catch (error) {
      if (error instanceof AhnlichError && error.code === "LOCKED") return false;
      throw error;
    }
  }
}

/** Between two looks at a folder that is changing hands, at most. */
const pauseMs = 20;
