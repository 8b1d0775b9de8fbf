import { stat } from "node:fs/promises";
import { AhnlichError } from "../model/errors.js";
import { InputFile } from "./input-file.js";
import { readWal } from "./sqlite-wal.js";

/** The pages of a SQLite 3 database, only read, its write-ahead log included. No lock is taken. */
export class SqliteFile {
  readonly path: string;
  readonly size: number;
  /** Bytes of a page that hold content. */
  readonly usable: number;
  readonly #file: InputFile;
  readonly #wal: InputFile | undefined;
  readonly #inWal: ReadonlyMap<number, number>;
  readonly #pageSize: number;
  readonly #begun: string;
  /** Pages read lately, the latest last. */
  readonly #cache = new Map<number, Buffer>();
  #encoding: BufferEncoding | "utf-16be" = "utf8";
  /** Bytes of pages read, some of them more than once. */
  bytes = 0;

  private constructor(file: InputFile, log: Log, header: Buffer, begun: string) {
    this.path = file.path;
    this.size = file.size;
    this.#file = file;
    this.#wal = log.wal;
    this.#inWal = log.pages;
    this.#pageSize = pageSizeOf(header);
    this.usable = this.#pageSize - header[20];
    this.#begun = begun;
  }

  /** @throws INVALID_ARGUMENT for what is no SQLite database, or was left in the middle of a write */
  static async open(path: string): Promise<SqliteFile> {
    const file = await InputFile.open(path);
    let log: Log = { wal: undefined, pages: new Map() };
    try {
      const begun = await file.state();
      const header = await file.readAt(0, 100);
      if (header.toString("latin1", 0, 16) !== "SQLite format 3\0" || header.length < 100) {
        throw damaged(path, "expected a SQLite 3 database, got another file");
      }
      const pageSize = pageSizeOf(header);
      const isPower = pageSize >= 512 && (pageSize & (pageSize - 1)) === 0;
      if (!isPower || header[20] > pageSize - 480) throw damaged(path, "its header is damaged");
      await refuseJournal(path);
      log = await openLog(path, pageSize);
      const made = new SqliteFile(file, log, header, begun + (await log.wal?.state()));
      const encoding = (await made.page(1)).readUInt32BE(56);
      made.#encoding = encoding === 2 ? "utf16le" : encoding === 3 ? "utf-16be" : "utf8";
      return made;
    } catch (error) {
      await log.wal?.close();
      await file.close();
      throw error;
    }
  }

  /** @throws INVALID_ARGUMENT where the database has no such page */
  async page(number: number): Promise<Buffer> {
    const cached = this.#cache.get(number);
    if (cached !== undefined) {
      this.#cache.delete(number);
      this.#cache.set(number, cached);
      return cached;
    }
    const inWal = this.#inWal.get(number);
    const file = inWal === undefined ? this.#file : this.#wal;
    const page = await file?.readAt(inWal ?? (number - 1) * this.#pageSize, this.#pageSize);
    if (number < 1 || page?.length !== this.#pageSize)
      throw this.damaged(`there is no page ${number}`);
    this.bytes += page.length;
    this.#cache.set(number, page);
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size * this.#pageSize <= cacheBytes) break;
      this.#cache.delete(oldest);
    }
    return page;
  }

  text(bytes: Buffer): string {
    if (this.#encoding !== "utf-16be") return bytes.toString(this.#encoding);
    return Buffer.from(bytes.subarray(0, bytes.length & ~1))
      .swap16()
      .toString("utf16le");
  }

  damaged(sentence: string): AhnlichError {
    return damaged(this.path, sentence);
  }

  /** @throws INVALID_ARGUMENT where somebody has written to the database since it was opened */
  async checkUnchanged(): Promise<void> {
    const now = (await this.#file.state()) + (await this.#wal?.state());
    if (now === this.#begun) return;
    throw damaged(this.path, "it was written to while it was read; import it again");
  }

  async close(): Promise<void> {
    await this.#wal?.close();
    await this.#file.close();
  }
}

interface Log {
  readonly wal: InputFile | undefined;
  readonly pages: ReadonlyMap<number, number>;
}

async function openLog(path: string, pageSize: number): Promise<Log> {
  if ((await sizeOf(`${path}-wal`)) === 0) return { wal: undefined, pages: new Map() };
  const wal = await InputFile.open(`${path}-wal`);
  try {
    return { wal, pages: await readWal(wal, pageSize) };
  } catch (error) {
    await wal.close();
    throw error;
  }
}

/** A journal that begins as such holds what is to be undone first. */
async function refuseJournal(path: string): Promise<void> {
  if ((await sizeOf(`${path}-journal`)) === 0) return;
  const journal = await InputFile.open(`${path}-journal`);
  try {
    const start = await journal.readAt(0, 8);
    if (start.toString("hex") !== "d9d505f920a163d7") return;
  } finally {
    await journal.close();
  }
  throw damaged(
    path,
    "it is being written to, or was left so; open and close it with SQLite first",
  );
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function pageSizeOf(header: Buffer): number {
  const size = header.readUInt16BE(16);
  return size === 1 ? 65_536 : size;
}

function damaged(path: string, sentence: string): AhnlichError {
  return new AhnlichError("INVALID_ARGUMENT", sentence, { details: { file: path } });
}

const cacheBytes = 8 * 1024 * 1024;
