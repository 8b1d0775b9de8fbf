import { type FileHandle, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AhnlichError } from "../model/errors.js";
import type { CheckpointDraft, CheckpointFile, Checkpoints } from "./checkpoints.js";
import { syncFolder } from "./lmdb-file.js";

/** Checkpoints in the folder `indexes` of an environment that others may write to: for reading. */
export class ReadableCheckpoints implements Checkpoints {
  readonly folder: string;

  constructor(environment: string) {
    this.folder = join(environment, "indexes");
  }

  async names(): Promise<string[]> {
    const files = await unlessMissing(readdir(this.folder));
    return (files ?? []).flatMap((file) => nameForm.exec(file)?.[1] ?? []);
  }

  async open(name: string): Promise<CheckpointFile | undefined> {
    const file = await unlessMissing(open(this.fileOf(name), "r"));
    if (file === undefined) return undefined;
    try {
      const { size } = await file.stat();
      return new OpenCheckpoint(file, size);
    } catch (error) {
      await file.close();
      throw error;
    }
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

  async sweep(): Promise<void> {
    for (const file of (await unlessMissing(readdir(this.folder))) ?? []) {
      if (file.endsWith(partialSuffix)) await rm(join(this.folder, file), { force: true });
    }
  }
}

class OpenCheckpoint implements CheckpointFile {
  readonly bytes: number;
  readonly #file: FileHandle;

  constructor(file: FileHandle, bytes: number) {
    this.#file = file;
    this.bytes = bytes;
  }

  async read(into: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < into.length; ) {
      const { bytesRead } = await this.#file.read(into, at, into.length - at, position + at);
      if (bytesRead === 0) throw new AhnlichError("CORRUPT", "a checkpoint ends early");
      at += bytesRead;
    }
  }

  async close(): Promise<void> {
    await this.#file.close().catch(() => undefined);
  }
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

async function unlessMissing<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

const suffix = ".checkpoint";
const partialSuffix = ".partial";
const nameForm = /^([a-z0-9-]{1,64})\.checkpoint$/;
const unsyncedMax = 16 * 1024 * 1024;
