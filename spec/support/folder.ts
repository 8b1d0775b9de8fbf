import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own for a test; `remove` takes it away again. */
export class TemporaryFolder {
  readonly path: string = mkdtempSync(join(tmpdir(), "ahnlich-spec-"));

  at(...names: string[]): string {
    return join(this.path, ...names);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
