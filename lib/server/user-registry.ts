import { type BigIntStats, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import type { AhnlichError } from "../model/errors.js";
import { toAhnlichError } from "../model/errors.js";
import type { User, Users } from "./user.js";
import { readUsers } from "./users-file.js";

/** Who is told when the file of the users has changed. */
export interface RegistryOwner {
  /** Other users, or other rights, from now on. */
  changed(): void;
  /** The file cannot be read as it is now: what was read last goes on to hold. */
  failed(error: AhnlichError): void;
}

/** The users of a file, read again when it has changed: it is looked at once a second. */
export class UserRegistry {
  readonly #path: string;
  readonly #looking: NodeJS.Timeout;
  #owner: RegistryOwner | undefined;
  #users: Users;
  #seen: string;
  #reading: Promise<void> | undefined;

  readonly #readUsers: typeof readUsers;
  /** Of the file that could not be read, and was told of. */
  #unread: string | undefined;

  private constructor(path: string, users: Users, seen: string, read: typeof readUsers) {
    this.#path = path;
    this.#readUsers = read;
    this.#users = users;
    this.#seen = seen;
    this.#looking = setInterval(() => void this.#look(), lookMs);
    this.#looking.unref();
  }

  /** @throws as `read` does, which is `readUsers` unless given */
  static async open(path: string, read: typeof readUsers = readUsers): Promise<UserRegistry> {
    // Looked at first: what changes while it is read is read again.
    const seen = markOf(statSync(path, { bigint: true, throwIfNoEntry: false }));
    return new UserRegistry(path, await read(path), seen, read);
  }

  /** From now on it is told. */
  follow(owner: RegistryOwner): void {
    this.#owner = owner;
  }

  get(name: string): User | undefined {
    return this.#users.get(name);
  }

  /** The password of some user, always the same for one name: what a stranger's is checked as long as. */
  exampleFor(name: string): string | undefined {
    const passwords = [...this.#users.values()].flatMap(({ password }) => password ?? []);
    let sum = 0;
    for (let i = 0; i < name.length; i++) sum = (sum * 31 + name.charCodeAt(i)) >>> 0;
    return passwords.length === 0 ? undefined : passwords[sum % passwords.length];
  }

  /** Reads the file now. @throws as `readUsers` does: what was read before holds then */
  async reload(): Promise<void> {
    while (this.#reading !== undefined) await this.#reading.catch(() => {});
    this.#reading = this.#read();
    try {
      await this.#reading;
    } finally {
      this.#reading = undefined;
    }
  }

  close(): void {
    clearInterval(this.#looking);
    this.#owner = undefined;
  }

  async #look(): Promise<void> {
    if (this.#reading !== undefined) return;
    const now = markOf(await stat(this.#path, { bigint: true }).catch(() => undefined));
    if (now === this.#seen || this.#reading !== undefined) return;
    await this.reload().catch((error) => this.#failed(now, toAhnlichError(error)));
  }

  /** What is wrong for a moment, such as too many open files, may be right at the next look: it is told once. */
  #failed(mark: string, error: AhnlichError): void {
    const failure = `${mark} ${error.message}`;
    if (failure !== this.#unread) this.#owner?.failed(error);
    this.#unread = failure;
  }

  async #read(): Promise<void> {
    const found = await stat(this.#path, { bigint: true }).catch(() => undefined);
    this.#users = await this.#readUsers(this.#path);
    this.#seen = markOf(found);
    this.#unread = undefined;
    this.#owner?.changed();
  }
}

/** Another text where the file is another, or was written since. */
function markOf(found: BigIntStats | undefined): string {
  if (found === undefined) return "none";
  return [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(" ");
}

const lookMs = 1_000;
