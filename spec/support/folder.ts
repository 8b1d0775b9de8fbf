import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own for a test; `remove` takes it away again. */
export class TemporaryFolder {
  readonly path: string;

  constructor(parent: string = tmpdir()) {
    this.path = mkdtempSync(join(parent, "ahnlich-spec-"));
  }

  /** One in memory where the system has such, for few bytes and many commits: nothing waits for a disk. */
  static ofMemory(): TemporaryFolder {
    return new TemporaryFolder(existsSync("/dev/shm") ? "/dev/shm" : tmpdir());
  }

  at(...names: string[]): string {
    return join(this.path, ...names);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
