import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
} from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { AhnlichError } from "../model/errors.js";
import { littleEndian } from "../model/vector.js";
import { fileName } from "./file-name.js";
import { systemCodes } from "./folder-failure.js";
import { refuseUnfinishedCopy } from "./unfinished-copy.js";

/** Where an environment lies, by the folder's real path. */
export interface LmdbFile {
  readonly folder: string;
  readonly file: string;
}

/**
 * Makes the folder and the file where they are missing, and makes sure that they can be written.
 *
 * @throws INVALID_ARGUMENT where the path leads to or through a file, or to a copy that is not whole · READ_ONLY where
 * we may not write, since that is what the caller meets: everything is in order but writes · DISK_FULL · IO_ERROR
 */
export function prepareFile(path: string): LmdbFile {
  try {
    makeFolder(resolve(path));
    const folder = realpathSync(path);
    const file = join(folder, fileName);
    refuseUnfinishedCopy(folder);
    if (existsSync(`${file}-lock`)) {
      accessSync(`${file}-lock`, constants.R_OK | constants.W_OK);
    }
    closeSync(openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600));
    return { folder, file };
  } catch (error) {
    if (error instanceof AhnlichError) throw error;
    throw cannotPrepare(path, error);
  }
}

/** Makes sure that the file is an environment, or can become one; nobody else may have it open. @throws CORRUPT */
export function readyFile(file: string): void {
  const descriptor = openSync(file, constants.O_RDWR);
  try {
    const { size } = fstatSync(descriptor);
    if (isUnfinished(descriptor, size)) ftruncateSync(descriptor, 0);
    else if (size > 0) checkHeader(descriptor, file);
  } finally {
    closeSync(descriptor);
  }
}

/** Looks at the file without changing it. @throws CORRUPT where it holds no environment · READ_ONLY · IO_ERROR */
export function checkFile(file: string): void {
  try {
    const descriptor = openSync(file, constants.O_RDONLY);
    try {
      const { size } = fstatSync(descriptor);
      const isEmpty = size === 0 || isUnfinished(descriptor, size);
      if (isEmpty) throw corrupt(file, "nothing was ever written");
      checkHeader(descriptor, file);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof AhnlichError) throw error;
    throw cannotPrepare(file, error);
  }
}

/** Bytes that the environment takes on disk; 0 where there is none. */
export function fileBytes(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * Puts the beginning of a new environment on disk before anything is built on it, and the file's name: who loses its
 * power later has a file that can be opened, or one in which surely nothing was ever committed.
 */
export function syncNewFile(file: string): void {
  if (fileBytes(file) > newFileBytes) return;
  const descriptor = openSync(file, constants.O_RDWR);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  syncFolder(dirname(file));
}

/** What LMDB writes when it opens an empty file: two pages. */
const newFileBytes = 8_192;

/** Puts the names in a folder on disk, where the system has such a thing. */
export function syncFolder(folder: string): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(folder, constants.O_RDONLY);
    fsyncSync(descriptor);
  } catch (error) {
    if (codeOf(error) === "EIO") throw error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** The same without holding this thread. */
export async function syncFolderBehind(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, constants.O_RDONLY);
    await handle.sync();
  } catch (error) {
    if (codeOf(error) === "EIO") throw error;
  } finally {
    await handle?.close();
  }
}

/** Node's own recursive way never ends where a file system lets nobody make folders, such as /proc. */
function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let at = path; !existsSync(at) && at !== dirname(at); at = dirname(at)) missing.push(at);
  for (const folder of missing.reverse()) {
    try {
      mkdirSync(folder, { mode: 0o700 });
      syncFolder(dirname(folder));
    } catch (error) {
      // Another process may make the same folder at the same time.
      if (!existsSync(folder)) throw error;
    }
  }
}

/**
 * Compares the first page with what lmdb-js 3.5 writes, for that library does not survive being given anything
 * else. An empty file becomes an environment.
 *
 *   | page header 24 | magic u32 | version u32 | address u64 | map size u64 | page size u32 | … 36 | root of free pages u64
 *   | … 40 | root of tables u64 | last page u64 | transaction u64 |   (twice, in pages 0 and 1; the host's byte order)
 */
function checkHeader(descriptor: number, file: string): void {
  const first = readMeta(descriptor, 0, file);
  const { pageSize } = first;
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) {
    throw corrupt(file, `its page size is ${pageSize}`);
  }
  const second = readMeta(descriptor, pageSize, file);
  // Only now: another process may write to it, and it grows before its pages name what is new.
  const { size } = fstatSync(descriptor);
  const latest = second.transaction > first.transaction ? second : first;
  for (const root of latest.roots) {
    if (root !== noPage && (root + 1n) * BigInt(pageSize) > BigInt(size)) {
      throw corrupt(file, `it ends at ${size} bytes, before its page ${root}`);
    }
  }
}

/**
 * The power went before the first two pages were on disk, and so before anything else was written: each of them is
 * as LMDB first writes it, without any transaction, or empty; and one of them is missing.
 */
function isUnfinished(descriptor: number, size: number): boolean {
  if (size > newFileBytes) return false;
  const bytes = Buffer.alloc(newFileBytes);
  readSync(descriptor, bytes, 0, size, 0);
  const pages = [bytes.subarray(0, newFileBytes / 2), bytes.subarray(newFileBytes / 2)];
  const isEmpty = (page: Buffer) => page.every((byte) => byte === 0);
  return pages.every((page) => isEmpty(page) || isBegun(page)) && pages.some(isEmpty);
}

function isBegun(page: Buffer): boolean {
  const view = new DataView(page.buffer, page.byteOffset, page.length);
  const isMeta = view.getUint32(24, littleEndian) === magic;
  return isMeta && view.getBigUint64(152, littleEndian) === 0n;
}

interface Meta {
  readonly pageSize: number;
  readonly roots: readonly bigint[];
  readonly transaction: bigint;
}

function readMeta(descriptor: number, at: number, file: string): Meta {
  const bytes = Buffer.alloc(metaBytes);
  const read = readSync(descriptor, bytes, 0, metaBytes, at);
  const view = new DataView(bytes.buffer, bytes.byteOffset, metaBytes);
  if (read < metaBytes || view.getUint32(24, littleEndian) !== magic) {
    throw corrupt(file, "its first pages are not those of an LMDB environment");
  }
  const version = view.getUint32(28, littleEndian);
  if (version !== dataVersion) {
    throw corrupt(file, `LMDB data version: expected ${dataVersion}, got ${version}`);
  }
  return {
    pageSize: view.getUint32(48, littleEndian),
    roots: [view.getBigUint64(88, littleEndian), view.getBigUint64(136, littleEndian)],
    transaction: view.getBigUint64(152, littleEndian),
  };
}

const metaBytes = 160;
const magic = 0xbeefc0de;
const dataVersion = 2;
const noPage = 0xffff_ffff_ffff_ffffn;

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function corrupt(file: string, why: string): AhnlichError {
  return new AhnlichError("CORRUPT", `${file} cannot be opened: ${why}`, { details: { file } });
}

function cannotPrepare(path: string, cause: unknown): AhnlichError {
  const reason = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const code = systemCodes.get(reason) ?? "IO_ERROR";
  const expected =
    code === "INVALID_ARGUMENT"
      ? "expected a folder"
      : "expected a folder that can be written (or open it with readOnly)";
  const came = cause instanceof Error ? cause.message : String(cause);
  return new AhnlichError(code, `path ${path}: ${expected}, got ${came}`, {
    details: { path, reason },
    cause,
  });
}
