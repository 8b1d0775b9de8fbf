import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { lmdbWorker } from "../support/modules.js";
import { scratchFolder } from "../support/places.js";
import { operationsOf, RawLmdb } from "./raw-lmdb.js";

/** How long raw lmdb took, and how many rows there were in the end. */
export interface Replayed {
  readonly milliseconds: number;
  readonly rows: number;
}

/** The batches one after the other, each a transaction, in a worker: main's loop is free. */
export async function replayInWorker(batches: readonly Uint8Array[]): Promise<Replayed> {
  using folder = scratchFolder();
  const worker = new Worker(lmdbWorker, { workerData: { folder: folder.path, batches } });
  const ended = once(worker, "exit");
  await once(worker, "message");
  const start = performance.now();
  worker.postMessage("go");
  await once(worker, "message");
  const milliseconds = performance.now() - start;
  worker.postMessage("count");
  const [rows] = await once(worker, "message");
  await ended;
  return { milliseconds, rows };
}

/** The batches from this thread, so many of them awaited at a time. */
export async function replayBehind(
  batches: readonly Uint8Array[],
  inFlight: number,
): Promise<Replayed> {
  using folder = scratchFolder();
  const decoded = batches.map(operationsOf);
  const lmdb = new RawLmdb(folder.path);
  let next = 0;
  const write = async () => {
    while (next < decoded.length) await lmdb.writeBehind(decoded[next++]);
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: inFlight }, write));
  const milliseconds = performance.now() - start;
  const { rows } = lmdb;
  await lmdb.close();
  return { milliseconds, rows };
}
