import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own for a test, made when it is first asked for; `remove` takes it away again. */
export class TemporaryFolder {
  readonly #parent: string;
  #path: string | undefined;

  constructor(parent: string = tmpdir()) {
    this.#parent = parent;
  }

  get path(): string {
    this.#path ??= mkdtempSync(join(this.#parent, "ahnlich-spec-"));
    return this.#path;
  }

  /** One in memory where the system has such, for few bytes and many commits: nothing waits for a disk. */
  static ofMemory(): TemporaryFolder {
    return new TemporaryFolder(existsSync("/dev/shm") ? "/dev/shm" : tmpdir());
  }

  at(...names: string[]): string {
    return join(this.path, ...names);
  }

  remove(): void {
    if (this.#path !== undefined) rmSync(this.#path, { recursive: true, force: true });
    this.#path = undefined;
  }
}
