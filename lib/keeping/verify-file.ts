import type { Verification } from "../model/answers.js";
import { readInThread } from "../persistence/read-worker.js";
import { verifyJob } from "../verification/verify-job.js";

export interface VerifyOptions {
  readonly onProgress?: ((entries: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Verifies the rows of an environment's file by a thread of its own, which changes nothing in it.
 *
 * @throws the reason of the signal where it is aborted
 */
export async function verifyFile(
  file: string,
  { signal, onProgress }: VerifyOptions,
): Promise<Verification> {
  for await (const value of readInThread(file, verifyJob, undefined)) {
    signal?.throwIfAborted();
    if (typeof value !== "number") return value as Verification;
    onProgress?.(value);
  }
  throw new Error("the verifying thread ended early");
}
