import type { Attachment } from "../handles/embedded-engine.js";
import type { LocalEngine } from "../keeping/local-engine.js";
import type { Outcome, Verification } from "../model/answers.js";
import { AhnlichError } from "../model/errors.js";
import type { Limits } from "../model/limits.js";
import type { CallOptions } from "../model/options.js";
import type { Query } from "../model/query.js";
import type { LmdbPersistence } from "../persistence/lmdb-persistence.js";
import { frameBytesMax } from "../protocol/handshake.js";
import { AttachedServer, type ServedEngine } from "../server/attached-server.js";
import { standardSettings } from "../server/session-settings.js";
import { memoryPair } from "../transport/memory.js";
import type { Transport } from "../transport/transport.js";
import { BellListener } from "./bell-listener.js";
import { copiedFile } from "./copy-query.js";
import type { Invitation } from "./invitation.js";

/** Takes the folder and opens an engine on it. @throws LOCKED where another lives in it */
export type TakeFolder = (invitation: Invitation) => Promise<OwnEngine>;

type OwnEngine = LocalEngine<LmdbPersistence>;

/**
 * A folder that this process owns and shares: the engine on it, and the server at its bell for the processes
 * that join.
 *
 * The folder may be taken from a process that stands still, if somebody removes its socket. Waking up, it asks
 * before anything else whether the folder is still its own; where it is not it answers nobody any more, so that
 * those who have joined it go to the next owner.
 */
export class OwnedFolder {
  readonly #engine: OwnEngine;
  readonly #listener: BellListener;
  readonly #server: AttachedServer;
  readonly #onLost: () => void;
  readonly #watch: NodeJS.Timeout;
  #askedAt = 0;
  #lost = false;
  #closing: Promise<void> | undefined;

  private constructor(engine: OwnEngine, listener: BellListener, settings: OwnedSettings) {
    this.#engine = engine;
    this.#listener = listener;
    this.#onLost = settings.onLost;
    const served: ServedEngine = {
      attach: (attachment) => engine.attach(attachment),
      execute: ((query: Query, options?: CallOptions) =>
        this.#serve(query, options)) as ServedEngine["execute"],
    };
    this.#server = new AttachedServer(served, listener, {
      maxClients: processesMax,
      // Processes of this machine are gone when the system says so, however slow they are.
      session: { ...standardSettings, keepAliveMs: 0, maxFrameBytes: frameBytes(settings.limits) },
      backup: (query, options) => this.#copy(query, options),
      onShutdown: undefined,
      lively: false,
    });
    this.#watch = setInterval(() => this.isOurs, watchMs);
    this.#watch.unref();
  }

  static async open(take: TakeFolder, settings: OwnedSettings): Promise<OwnedFolder> {
    const listener = new BellListener(settings.folder);
    try {
      const welcome = (transport: Transport): void => listener.welcome(transport);
      const engine = await take({ limits: settings.limits, welcome });
      return new OwnedFolder(engine, listener, settings);
    } catch (error) {
      await listener.close();
      throw error;
    }
  }

  /** Whether it is ours still. It is asked again after a moment, and so always by who has stood still. */
  get isOurs(): boolean {
    if (this.#lost) return false;
    const now = performance.now();
    if (now - this.#askedAt < askMs) return true;
    if (this.#closing === undefined && !this.#engine.persistence.isOurs) this.#lose();
    else this.#askedAt = now;
    return !this.#lost;
  }

  /** For the callers of this process. @throws LOCKED where the folder was taken before; nothing was written then */
  execute(query: Query, options?: CallOptions): Promise<unknown> {
    return this.#engine.execute(query, options).catch((error: unknown) => {
      // What is under way for too long after that, or comes then, meets an engine that is closed.
      if (!isTaken(error) && !(this.#lost && isClosed(error))) throw error;
      this.#lose();
      const sentence = `${error.message}; nothing was written, and another call goes to its new owner`;
      throw new AhnlichError("LOCKED", sentence, { details: error.details, cause: error });
    });
  }

  backup(
    folder: string,
    onProgress: (bytes: number) => void,
    options?: CallOptions,
  ): Promise<{ bytes: number }> {
    return this.#engine.backup(folder, onProgress, options);
  }

  /** Copies all rows into a file that is not there yet. */
  copyTo(file: string): Promise<{ bytes: number }> {
    return this.#engine.copyTo(file);
  }

  verify(onProgress: (entries: number) => void, options?: CallOptions): Promise<Verification> {
    return this.#engine.verify(onProgress, options);
  }

  attach(attachment: Attachment): Disposable {
    return this.#engine.attach(attachment);
  }

  /** A transport to the server, for calls that were under way when the folder became ours. */
  dial(): Transport {
    const [near, far] = memoryPair();
    this.#listener.welcome(far);
    return near;
  }

  /** When it is closed, after it was lost; never rejects. */
  get closed(): Promise<void> {
    return (this.#closing ?? Promise.resolve()).catch(() => undefined);
  }

  close(timeoutMs: number): Promise<void> {
    clearInterval(this.#watch);
    this.#closing ??= this.#engine.close({ timeoutMs });
    return this.#closing;
  }

  /** For those who have joined: after the folder was taken they hear nothing from here. */
  async #serve(query: Query, options: CallOptions | undefined): Promise<unknown> {
    if (!this.isOurs) return silence();
    try {
      const answer = await this.#engine.execute(query, options);
      if (!tellsTaken(query, answer)) return answer;
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
    this.#lose();
    return silence();
  }

  /** A process of the same user names a file of its own; whatever else is asked the engine refuses. */
  async #copy(query: Query<"backup">, options: CallOptions): Promise<unknown> {
    const file = copiedFile(query);
    if (file === undefined) return this.#serve(query, options);
    return this.isOurs ? this.#engine.copyTo(file, options) : silence();
  }

  #lose(): void {
    if (this.#lost) return;
    this.#lost = true;
    clearInterval(this.#watch);
    // Its sessions first: what they have asked must not be answered from here any more.
    const left = this.#server.close({ timeoutMs: 0 });
    this.#closing ??= left.then(() => this.#engine.close({ timeoutMs: lostMs }));
    this.#closing.catch(() => undefined);
    this.#onLost();
  }
}

export interface OwnedSettings {
  readonly folder: string;
  readonly limits: Limits;
  /** Called once, when another process has taken the folder. */
  readonly onLost: () => void;
}

/** What a commit is refused with when the epoch is another's; nothing was written. */
function isTaken(error: unknown): error is AhnlichError {
  return error instanceof AhnlichError && error.code === "LOCKED";
}

function isClosed(error: unknown): error is AhnlichError {
  return error instanceof AhnlichError && error.code === "CLOSED";
}

/** Whether a pipeline had writes that were refused so. */
function tellsTaken({ kind }: Query, answer: unknown): boolean {
  if (kind !== "pipeline") return false;
  return (answer as Outcome<unknown>[]).some((outcome) => !outcome.ok && isTaken(outcome.error));
}

/** No answer: the connection is about to be dropped. */
function silence(): Promise<never> {
  return new Promise(() => {});
}

/** Any write within the limits fits, with room for names around its bytes. */
function frameBytes({ bytesPerWrite }: Limits): number {
  return Math.min(frameBytesMax, Math.max(standardSettings.maxFrameBytes, 2 * bytesPerWrite));
}

const askMs = 5;
const watchMs = 1_000;
/** For reads that were under way when the folder was lost. */
const lostMs = 1_000;
const processesMax = 1_024;
