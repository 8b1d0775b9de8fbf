import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import type { AhnlichError } from "../model/errors.js";
import { bellFile } from "./bell-path.js";
import type { Owner } from "./owner-row.js";
import { locked } from "./ownership.js";

/**
 * Makes sure that the folder's write lock can be had, though this owner does not answer. One whose socket was
 * removed may be there all the same, and stand still in the middle of a commit: LMDB would hold this
 * process until it goes on or dies. So another process tries first, which can be ended.
 *
 * @throws LOCKED
 */
export async function checkLock(folder: string, file: string, owner: Owner): Promise<void> {
  const socket = bellFile(folder, owner.nonce);
  // A socket that is there and refuses is that of a dead process, which holds no lock.
  if (socket === undefined || existsSync(socket) || !runs(owner)) return;
  if (!(await isLockFree(file))) throw standsStill(folder, owner);
}

/** Whether its process is there; that of another host is not known of. */
function runs({ pid, host }: Owner): boolean {
  if (host !== hostname() || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function isLockFree(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = fork(new URL("./probe-lock.js", import.meta.url), [file], {
      execArgv: [],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      timeout: lockMs,
      killSignal: "SIGKILL",
    });
    probe.on("error", () => resolve(false));
    probe.on("exit", (code) => resolve(code === 0));
  });
}

function standsStill(folder: string, owner: Owner): AhnlichError {
  return locked(folder, owner, ", which stands still in the middle of a commit: end that process");
}

const lockMs = 2_000;
