import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A disk of some mebibytes in memory, at a folder that it makes; it is gone with `using`. */
export class SmallDisk implements Disposable {
  readonly path: string;

  constructor(path: string, mebibytes: number) {
    this.path = path;
    mkdirSync(path);
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", path]);
  }

  get freeBytes(): number {
    const { bsize, bavail } = statfsSync(this.path);
    return bsize * bavail;
  }

  get reserveBytes(): number {
    const { bsize, blocks } = statfsSync(this.path);
    return bsize * blocks * 0.05;
  }

  [Symbol.dispose](): void {
    // A process that has just been killed may still hold it: then it goes when that one has gone.
    execFileSync("umount", ["--lazy", this.path]);
  }
}

/** Whether file systems may be mounted here: only root may, and not in every container. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "ahnlich-mount-"));
  try {
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]);
    if (mounted.status !== 0) return false;
    return spawnSync("umount", [folder]).status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
