import { constants } from "node:fs";
import { type FileHandle, open, rename, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { AhnlichError } from "../model/errors.js";
import type { User, Users } from "./user.js";
import { parseUsers, printUsers, usersMax } from "./users-text.js";

/**
 * The users in a file that nobody else may read: mode 0600.
 *
 * @throws INVALID_ARGUMENT where it is missing, open to others, or not of its form, FORMAT_TOO_NEW, IO_ERROR
 */
export async function readUsers(path: string): Promise<Users> {
  const file = await open(path, constants.O_RDONLY).catch((cause) => {
    throw unreadable(path, cause);
  });
  try {
    const { mode, size } = await file.stat();
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      const sentence = `${path}: others may read or write it, run: chmod 600 ${path}`;
      throw new AhnlichError("INVALID_ARGUMENT", sentence, { details: { file: path } });
    }
    if (size > fileBytesMax) throw tooLarge(path, size);
    return parseUsers(await readText(file, path), path);
  } finally {
    await file.close();
  }
}

/**
 * Changes the users of a file in one step: whoever reads it meanwhile reads all that was before or
 * all that is after. A file that is missing has no users yet.
 *
 * @param change makes of the users what they shall be; what it throws leaves the file as it is
 * @throws LOCKED where another process changes it now, and what `readUsers` throws
 */
export async function changeUsers(
  path: string,
  change: (users: Map<string, User>) => Promise<void>,
): Promise<void> {
  // The file to be is the lock as well: it can be made once.
  const next = `${path}.new`;
  const file = await open(next, "wx", 0o600).catch((cause) => {
    throw codeOf(cause) === "EEXIST" ? locked(path, next) : unwritable(path, cause);
  });
  try {
    try {
      const users = new Map(await readIfThere(path));
      await change(users);
      if (users.size > usersMax) {
        throw new AhnlichError("LIMIT_EXCEEDED", `${path}: at most ${usersMax} users`);
      }
      const bytes = Buffer.from(printUsers(users));
      if (bytes.length > fileBytesMax) throw tooLarge(path, bytes.length);
      await file.writeFile(bytes);
      await keepOwner(file, path);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await unlink(next).catch(() => {});
    throw error instanceof AhnlichError ? error : unwritable(path, error);
  }
}

async function readIfThere(path: string): Promise<Users> {
  try {
    return await readUsers(path);
  } catch (error) {
    if (error instanceof AhnlichError && codeOf(error.cause) === "ENOENT") return new Map();
    throw error;
  }
}

/** A file that root changes for somebody remains theirs. */
async function keepOwner(file: FileHandle, path: string): Promise<void> {
  const [own, before] = [await file.stat(), await stat(path).catch(() => undefined)];
  if (before === undefined || (own.uid === before.uid && own.gid === before.gid)) return;
  await file.chown(before.uid, before.gid);
}

/** No more than may be there, however much it has become since it was measured. */
async function readText(file: FileHandle, path: string): Promise<string> {
  const bytes = Buffer.alloc(fileBytesMax + 1);
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
    if (bytesRead === 0) return bytes.toString("utf8", 0, length);
    length += bytesRead;
  }
  throw tooLarge(path, length);
}

/** So that the new name is on disk too, where folders can be synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

function unreadable(path: string, cause: unknown): AhnlichError {
  const code = codeOf(cause);
  const details = { file: path };
  if (code === "ENOENT") {
    const sentence = `${path}: there is no such file; make it with: ahnlich user add NAME --users ${path}`;
    return new AhnlichError("INVALID_ARGUMENT", sentence, { details, cause });
  }
  return new AhnlichError("IO_ERROR", `${path}: cannot be read: ${code}`, { details, cause });
}

function unwritable(path: string, cause: unknown): AhnlichError {
  const sentence = `${path}: cannot be written: ${codeOf(cause)}`;
  return new AhnlichError("IO_ERROR", sentence, { details: { file: path }, cause });
}

function locked(path: string, lock: string): AhnlichError {
  const sentence = `${path}: somebody changes it now; where nobody does, remove ${lock}`;
  return new AhnlichError("LOCKED", sentence, { details: { file: path } });
}

function tooLarge(path: string, bytes: number): AhnlichError {
  const sentence = `${path}: expected at most ${fileBytesMax} bytes, got ${bytes}`;
  return new AhnlichError("LIMIT_EXCEEDED", sentence, { details: { file: path } });
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : String(error);
}

const fileBytesMax = 1024 * 1024;
