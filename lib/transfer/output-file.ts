import { randomBytes } from "node:crypto";
import { access, type FileHandle, open, rename, rm } from "node:fs/promises";
import { fileError } from "./transfer-error.js";

/**
 * A file that is there under its name only when it is whole: until then it has a name of its own
 * beside it, and what is given up leaves nothing.
 */
export class OutputFile {
  readonly path: string;
  readonly #partial: string;
  readonly #overwrite: boolean;
  readonly #handle: FileHandle;
  bytes = 0;

  private constructor(path: string, partial: string, overwrite: boolean, handle: FileHandle) {
    this.path = path;
    this.#partial = partial;
    this.#overwrite = overwrite;
    this.#handle = handle;
  }

  /** @throws INVALID_ARGUMENT where the file is there and not to be overwritten; IO_ERROR, DISK_FULL */
  static async create(path: string, overwrite: boolean): Promise<OutputFile> {
    const partial = `${path}.${randomBytes(4).toString("hex")}.partial`;
    try {
      await refuseExisting(path, overwrite);
      return new OutputFile(path, partial, overwrite, await open(partial, "wx"));
    } catch (error) {
      throw fileError(error, path);
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#writeAt(bytes, this.bytes);
    this.bytes += bytes.length;
  }

  /** Writes over what is there already. */
  async #writeAt(bytes: Uint8Array, position: number): Promise<void> {
    try {
      let written = 0;
      while (written < bytes.length) {
        const rest = bytes.length - written;
        const step = await this.#handle.write(bytes, written, rest, position + written);
        written += step.bytesWritten;
      }
    } catch (error) {
      throw fileError(error, this.path);
    }
  }

  /** Puts it on disk under its name, with other first bytes where they are known only now. */
  async finish(beginning?: Uint8Array): Promise<void> {
    if (beginning !== undefined) await this.#writeAt(beginning, 0);
    try {
      await this.#handle.sync();
      await this.#handle.close();
      await refuseExisting(this.path, this.#overwrite);
      await rename(this.#partial, this.path);
    } catch (error) {
      throw fileError(error, this.path);
    }
  }

  /** Takes away what was written; never throws. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.#partial, { force: true }).catch(() => undefined);
  }
}

async function refuseExisting(path: string, overwrite: boolean): Promise<void> {
  if (overwrite) return;
  const missing = await access(path).then(
    () => false,
    (error) => error.code === "ENOENT",
  );
  if (!missing) throw Object.assign(new Error(), { code: "EEXIST" });
}
