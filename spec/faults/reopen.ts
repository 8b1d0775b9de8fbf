import { existsSync, readFileSync } from "node:fs";
import { open } from "../../lib/index.js";
import type { Expected } from "./ledger.js";
import { type Observed, observe } from "./observe.js";

export interface Reopened {
  readonly problems: readonly string[];
  /** Absent where it could not be opened or read. */
  readonly observed: Observed | undefined;
  readonly openMs: number;
}

/** Opens the folder, reads all of it and compares it with what may be there. Never rejects. */
export async function reopen(path: string, expected: Expected, seed: number): Promise<Reopened> {
  const start = performance.now();
  let openMs = 0;
  try {
    await using engine = await open(path, { threads: 0 });
    openMs = performance.now() - start;
    const observed = await observe(engine, seed);
    return { problems: expected.judge(observed), observed, openMs };
  } catch (error) {
    const problems = [`the folder cannot be read: ${String(error)}`];
    return { problems, observed: undefined, openMs };
  }
}

/** What a journal has gained since so many bytes; its process may not even have begun it. */
export function readJournal(path: string, from: number): Buffer {
  return existsSync(path) ? readFileSync(path).subarray(from) : Buffer.alloc(0);
}
