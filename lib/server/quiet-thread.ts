import { scryptSync } from "node:crypto";
import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import type { Derivation } from "./quiet-scrypt.js";

/** The thread of `QuietScrypt`: the system lets all others have the processor first, and that for good. */
const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
// Of Linux: a priority is one thread's own there.
setPriority(thread, 19);
parentPort?.on("message", ({ text, salt, length, options }: Derivation) => {
  parentPort?.postMessage(scryptSync(text, salt, length, options));
});
