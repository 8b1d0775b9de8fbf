import { dirname } from "node:path";
import type { LocalExecutor } from "../engine/local-executor.js";
import type { Attachment } from "../handles/embedded-engine.js";
import type { EmbeddedExecutor } from "../handles/embedded-executor.js";
import type { Verification } from "../model/answers.js";
import { checkPath } from "../model/check-argument.js";
import type { CallOptions } from "../model/options.js";
import type { Query } from "../model/query.js";
import { folderFailure } from "../persistence/folder-failure.js";
import { fileBytes } from "../persistence/lmdb-file.js";
import type { Persistence } from "../persistence/persistence.js";
import { backUp } from "./back-up.js";
import { backupSource } from "./backup-source.js";

/** The engine in this process together with what it stands on, of which it makes backups. */
export class LocalEngine<P extends Persistence = Persistence> implements EmbeddedExecutor {
  readonly persistence: P;
  readonly #executor: LocalExecutor;

  constructor(executor: LocalExecutor, persistence: P) {
    this.#executor = executor;
    this.persistence = persistence;
  }

  get closed(): Promise<Error | undefined> {
    return this.#executor.closed;
  }

  execute(query: Query, options?: CallOptions): Promise<unknown> {
    return this.#executor.execute(query, options);
  }

  attach(attachment: Attachment): Disposable {
    return this.#executor.attach(attachment);
  }

  async backup(
    folder: string,
    onProgress: (bytes: number) => void,
    options?: CallOptions,
  ): Promise<{ bytes: number }> {
    const path = checkPath(folder, "folder");
    const { bytes } = await this.#executor.run(options, ({ signal }) => {
      return backUp(backupSource(this.persistence), path, { signal, onProgress });
    });
    return { bytes };
  }

  /** Copies all rows, as they are at one moment, into a file that is not there yet. */
  async copyTo(file: string, options?: CallOptions): Promise<{ bytes: number }> {
    await this.#executor.run(options, async ({ signal }) => {
      try {
        await backupSource(this.persistence).copyTo(file, signal);
      } catch (error) {
        throw await folderFailure(error, dirname(file), "writing");
      }
    });
    return { bytes: fileBytes(file) };
  }

  verify(onProgress: (entries: number) => void, options?: CallOptions): Promise<Verification> {
    return this.#executor.verify(onProgress, options);
  }

  close(options?: { timeoutMs?: number | undefined }): Promise<void> {
    return this.#executor.close(options);
  }
}
