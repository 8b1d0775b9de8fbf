import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { diskFailure } from "../../lib/persistence/disk-failure.js";
import { numberKey } from "../contracts/persistence.contract.js";
import { openFolder } from "../support/open-folder.js";
import { TemporaryFolder } from "../support/temporary-folder.js";

describe("a commit that the disk refuses", () => {
  const folder = new TemporaryFolder();

  after(() => folder.remove());

  // Windows has no bound for the size of files.
  if (process.platform === "win32") return;
  for (const [rows, threads] of [
    [100, 0],
    [6_000, 1],
    [6_000, 0],
  ] as const) {
    it(`changes nothing and is the last one, with ${rows} rows and ${threads} threads`, async function () {
      this.timeout(120_000);
      const path = folder.at(`${rows}-${threads}`);
      const child = fileURLToPath(new URL("../support/limited-child.js", import.meta.url));
      // Blocks of 512 or 1,024 bytes, as the shell counts them.
      const script = 'ulimit -f 40000 && exec "$0" "$@"';
      const args = ["-c", script, process.execPath, child, path, `${rows}`, `${threads}`];
      const { stdout } = await promisify(execFile)("/bin/sh", args);
      const { codes, acknowledged, last } = JSON.parse(stdout.slice(stdout.indexOf("{")));
      assert.deepEqual(codes, ["IO_ERROR", "READ_ONLY", "READ_ONLY"]);
      assert.equal(last, Math.max(acknowledged, 0));
      const persistence = await openFolder(path);
      const snapshot = persistence.snapshot();
      const kept = Array.from(snapshot.range("vectors", Buffer.of(0), Buffer.alloc(9, 255)));
      assert.equal(kept.length, (acknowledged + 1) * rows);
      assert.deepEqual(snapshot.get("meta", Buffer.from("last")) !== undefined, acknowledged >= 0);
      assert.equal(snapshot.get("entries", numberKey(0)), undefined);
      snapshot.release();
      await persistence.close();
    });
  }
});

describe("what a failed commit is called", () => {
  const failed = (code: number): Error => Object.assign(new Error("as the system says"), { code });

  // A file system without blocks has no space left.
  if (existsSync("/proc/self")) {
    it("is DISK_FULL where no space is left, IO_ERROR where there is some", async () => {
      for (const code of [5, 28]) {
        assert.equal((await diskFailure(failed(code), "/proc", "writing")).code, "DISK_FULL");
      }
      assert.equal((await diskFailure(failed(22), "/proc", "writing")).code, "IO_ERROR");
      assert.equal((await diskFailure(failed(5), "/nowhere at all", "writing")).code, "IO_ERROR");
    });
  }

  it("is CORRUPT where pages are not what they should be", async () => {
    for (const code of [-30_796, -30_797]) {
      assert.equal((await diskFailure(failed(code), "/", "writing")).code, "CORRUPT");
    }
  });

  it("is told by the reason that lmdb-js keeps in a promise of its own", async () => {
    const reason = failed(-30_796);
    const thrown = Object.assign(new Error("Commit failed"), {
      commitError: Promise.reject(reason),
    });
    const failure = await diskFailure(thrown, "/", "writing to");
    assert.equal(failure.cause, reason);
    assert.match(failure.message, /as the system says/);
  });
});
