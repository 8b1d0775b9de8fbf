import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { bellFile } from "./bell-path.js";
import type { Claim } from "./claim.js";
import { locked } from "./locked.js";
import { hasNote, noncesIn, readNote } from "./owner-notes.js";
import type { Owner } from "./owner-row.js";

/**
 * Waits for former owners whose socket was removed though they run. One that goes on finds that out and leaves; one
 * that stands still is left behind, unless it does so in the middle of a commit: LMDB would hold this process
 * until that one goes on or dies. So another process tries first, which can be ended.
 *
 * @throws LOCKED
 */
export async function awaitDeparted({ folder, owner }: Claim, file: string): Promise<void> {
  for (const nonce of noncesIn(folder)) {
    const former = nonce === owner.nonce ? undefined : readNote(folder, nonce);
    if (former === undefined || !mayBeThere(folder, former)) continue;
    const ends = performance.now() + departureMs;
    while (mayBeThere(folder, former) && performance.now() < ends) await pause(pauseMs);
    if (!mayBeThere(folder, former) || (await isLockFree(file))) continue;
    throw locked(
      folder,
      former,
      ", which stands still in the middle of a commit: end that process",
    );
  }
}

/** A socket that is there and refuses is that of a dead process. */
function mayBeThere(folder: string, former: Owner): boolean {
  const socket = bellFile(folder, former.nonce);
  if (socket === undefined || existsSync(socket)) return false;
  return hasNote(folder, former.nonce) && runs(former);
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

/** A living owner looks after its socket several times in this time. */
const departureMs = 1_500;
const pauseMs = 20;
const lockMs = 2_000;
