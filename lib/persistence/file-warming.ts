import { readSync, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/**
 * Brings a file into the cache of the system, from end to end and in the background, before much of it is read in
 * another order: then each page of it would be waited for by itself.
 */
export class FileWarming {
  readonly #file: string;
  #warmed: Promise<void> | undefined;
  #isOver = false;

  private constructor(file: string) {
    this.#file = file;
  }

  /** Undefined for a file without anything, and for one that is large, also beside the memory that can be had. */
  static of(file: string, memory: number = process.availableMemory()): FileWarming | undefined {
    const { size } = statSync(file);
    const most = Math.min(memory * shareOfMemory, sizeMax);
    return size > 0 && size <= most ? new FileWarming(file) : undefined;
  }

  /** Once; it costs hardly anything where the file is there already. */
  begin(): void {
    if (!this.#isOver) this.#warmed ??= this.#warm();
  }

  /** Stops it. Settles when the file is let go; never rejects. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#warmed;
  }

  async #warm(): Promise<void> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(this.#file);
      const { size } = await handle.stat();
      if (isThere(handle.fd, size)) return;
      await this.#readAll(handle, size);
    } catch {
      // What cannot be read here is missed where it is needed.
    } finally {
      await handle?.close().catch(() => undefined);
    }
  }

  /** Nobody looks at what is read, so all reads share one place. */
  async #readAll(handle: FileHandle, size: number): Promise<void> {
    const piece = Buffer.allocUnsafeSlow(Math.min(size, pieceBytes));
    let next = 0;
    const read = async (): Promise<void> => {
      while (next < size && !this.#isOver) {
        const at = next;
        next += piece.length;
        await handle.read(piece, 0, piece.length, at);
      }
    };
    await Promise.all(Array.from({ length: readsAtOnce }, read));
  }
}

/** Looks at some pages, up to the first that takes so long that it must have come from the disk. */
function isThere(descriptor: number, size: number): boolean {
  const page = Buffer.alloc(1);
  for (let i = 0; i < looks; i++) {
    const start = performance.now();
    readSync(descriptor, page, 0, 1, Math.floor((size * (i + 0.5)) / looks));
    if (performance.now() - start > fromDiskMs) return false;
  }
  return true;
}

const shareOfMemory = 0.5;
/** More than that would keep a slow disk from others for too long. */
const sizeMax = 1024 * 1024 * 1024;
/** As much as a disk reads in the milliseconds until this thread, which has other work now, asks for more. */
const pieceBytes = 8 * 1024 * 1024;
/** Others want threads of the system, too. */
const readsAtOnce = 2;
const looks = 32;
const fromDiskMs = 0.03;
