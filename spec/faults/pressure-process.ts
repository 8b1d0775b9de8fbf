import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a process of hard clients is to do. */
export interface LoadOrder {
  readonly url: string;
  readonly load: "waiting" | "paced" | "hostile";
  /** How many wait, or come in a second. */
  readonly size: number;
  readonly ms: number;
  readonly timeoutMs?: number | undefined;
  readonly dimension: number;
  readonly seed: number;
}

/** What became of what it asked. */
export interface LoadTally {
  done: number;
  busy: number;
  late: number;
  failed: number;
}

/** Runs the order in a process of its own, to its end. */
export function press(order: LoadOrder): Promise<LoadTally> {
  const child = fork(fileURLToPath(new URL("./pressure-load.js", import.meta.url)), [
    JSON.stringify(order),
  ]);
  return new Promise((resolve, reject) => {
    child.once("message", (tally) => resolve(tally as LoadTally));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`a process of clients ended with ${code}`)));
  });
}
