import { closeSync, existsSync, fstatSync, openSync, read, readdirSync, readSync } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AhnlichError, closedError } from "../model/errors.js";
import type {
  CheckpointDraft,
  CheckpointFile,
  CheckpointHead,
  Checkpoints,
} from "./checkpoints.js";
import { syncFolder } from "./lmdb-file.js";

/** Checkpoints in the folder `indexes` of an environment that others may write to: for reading. */
export class ReadableCheckpoints implements Checkpoints {
  readonly folder: string;

  constructor(environment: string) {
    this.folder = join(environment, "indexes");
  }

  /** Read on this thread, which takes less than telling another to: some microseconds each. */
  async list(headBytes: number): Promise<CheckpointHead[]> {
    const heads: CheckpointHead[] = [];
    for (const file of this.filesIn()) {
      const name = nameForm.exec(file)?.[1];
      if (name === undefined) continue;
      heads.push({ name, head: headOf(join(this.folder, file), headBytes) });
      if (heads.length % headsPerTurn === 0) await new Promise(setImmediate);
    }
    return heads;
  }

  async open(name: string): Promise<CheckpointFile | undefined> {
    const file = this.fileOf(name);
    if (!existsSync(file)) return undefined;
    const descriptor = openSync(file, "r");
    try {
      return new OpenCheckpoint(descriptor, fstatSync(descriptor).size);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  protected filesIn(): string[] {
    return existsSync(this.folder) ? readdirSync(this.folder) : [];
  }

  protected fileOf(name: string): string {
    return join(this.folder, `${name}${suffix}`);
  }
}

/** What its owner needs to know before anything is written. */
export interface CheckpointGuard {
  /** @throws DISK_FULL */
  checkRoom(bytes: number): void;
  /** Whether the folder can still be ours. */
  readonly isOurs: boolean;
}

/** Checkpoints in the folder `indexes` of an environment that is ours. */
export class FolderCheckpoints extends ReadableCheckpoints {
  readonly #guard: CheckpointGuard;

  constructor(environment: string, guard: CheckpointGuard) {
    super(environment);
    this.#guard = guard;
  }

  async create(name: string, bytes: number): Promise<CheckpointDraft> {
    this.#guard.checkRoom(bytes);
    if ((await mkdir(this.folder, { recursive: true, mode: 0o700 })) !== undefined) {
      syncFolder(dirname(this.folder));
    }
    const partial = `${this.fileOf(name)}${partialSuffix}`;
    const file = await open(partial, "w", 0o600);
    return new PartialCheckpoint(file, partial, this.fileOf(name), this.#guard);
  }

  async remove(name: string): Promise<void> {
    await rm(this.fileOf(name), { force: true });
  }

  override async list(headBytes: number): Promise<CheckpointHead[]> {
    for (const file of this.filesIn()) {
      if (file.endsWith(partialSuffix)) await rm(join(this.folder, file), { force: true });
    }
    return super.list(headBytes);
  }
}

class OpenCheckpoint implements CheckpointFile {
  readonly bytes: number;
  readonly #descriptor: number;
  readonly #reads = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(descriptor: number, bytes: number) {
    this.#descriptor = descriptor;
    this.bytes = bytes;
  }

  async read(into: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < into.length; ) {
      at += checkRead(await this.#read(into, at, position + at));
    }
  }

  readNow(into: Uint8Array, position: number): void {
    if (this.#closed !== undefined) throw closedError("the checkpoint");
    for (let at = 0; at < into.length; ) {
      at += checkRead(readSync(this.#descriptor, into, at, into.length - at, position + at));
    }
  }

  close(): Promise<void> {
    this.#closed ??= Promise.allSettled(this.#reads).then(() => closeSync(this.#descriptor));
    return this.#closed;
  }

  async #read(into: Uint8Array, at: number, position: number): Promise<number> {
    if (this.#closed !== undefined) throw closedError("the checkpoint");
    const reading = new Promise<number>((resolve, reject) => {
      read(this.#descriptor, into, at, into.length - at, position, (error, count) => {
        if (error) reject(error);
        else resolve(count);
      });
    });
    this.#reads.add(reading);
    try {
      return await reading;
    } finally {
      this.#reads.delete(reading);
    }
  }
}

function checkRead(count: number): number {
  if (count === 0) throw new AhnlichError("CORRUPT", "a checkpoint ends early");
  return count;
}

class PartialCheckpoint implements CheckpointDraft {
  readonly #file: FileHandle;
  readonly #partial: string;
  readonly #name: string;
  readonly #guard: CheckpointGuard;
  #unsynced = 0;

  constructor(file: FileHandle, partial: string, name: string, guard: CheckpointGuard) {
    this.#file = file;
    this.#partial = partial;
    this.#name = name;
    this.#guard = guard;
  }

  /** What piles up unsynced would have to be written out by the next commit of the environment. */
  async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, at, bytes.length - at, position + at);
      at += bytesWritten;
    }
    this.#unsynced += bytes.length;
    if (this.#unsynced < unsyncedMax) return;
    this.#unsynced = 0;
    await this.#file.datasync();
  }

  async finish(): Promise<void> {
    await this.#file.sync();
    await this.#file.close();
    if (!this.#guard.isOurs) throw new AhnlichError("LOCKED", "another process has the folder");
    await rename(this.#partial, this.#name);
    syncFolder(dirname(this.#name));
  }

  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.#partial, { force: true }).catch(() => undefined);
  }
}

function headOf(file: string, bytes: number): Uint8Array {
  const descriptor = openSync(file, "r");
  try {
    const head = new Uint8Array(bytes);
    return head.subarray(0, readSync(descriptor, head, 0, bytes, 0));
  } finally {
    closeSync(descriptor);
  }
}

const headsPerTurn = 50;
const suffix = ".checkpoint";
const partialSuffix = ".partial";
const nameForm = /^([a-z0-9-]{1,64})\.checkpoint$/;
const unsyncedMax = 16 * 1024 * 1024;
