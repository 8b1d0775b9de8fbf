import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A folder of its own for a test, made when it is first asked for; `remove` takes it away again. It lies in
 * memory where the system has such: tests commit often, and what they promise does not hang on a disk.
 */
export class TemporaryFolder implements Disposable {
  readonly #parent: string;
  #path: string | undefined;

  constructor(parent: string = existsSync("/dev/shm") ? "/dev/shm" : tmpdir()) {
    this.#parent = parent;
  }

  get path(): string {
    this.#path ??= mkdtempSync(join(this.#parent, "ahnlich-spec-"));
    return this.#path;
  }

  at(...names: string[]): string {
    return join(this.path, ...names);
  }

  remove(): void {
    if (this.#path === undefined) return;
    rmSync(this.#path, { recursive: true, force: true, maxRetries: 3 });
    this.#path = undefined;
  }

  [Symbol.dispose](): void {
    this.remove();
  }
}
