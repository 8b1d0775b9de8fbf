import { parentPort, workerData } from "node:worker_threads";
import { giveWay } from "./give-way.js";
import { LmdbEnvironment } from "./lmdb.js";
import { LmdbSnapshot, LmdbState } from "./lmdb-snapshot.js";
import { PassingSnapshot } from "./passing-snapshot.js";
import type { Snapshot } from "./persistence.js";
import { type ReadJob, type ReadMessage, type ReadModule, stopped } from "./read-worker.js";

/** Values that nobody has taken yet. */
const ahead = 8;

/**
 * The thread of `readInThread`: it reads one snapshot, or passes from one to the next, and waits where it is too
 * far ahead.
 */
const { file, module, input, control } = workerData as ReadJob;
const { read, isPassing = false } = (await import(module)) as ReadModule;
// Who waits for rows wants those of one state; what passes is done beside the work of others.
if (isPassing) giveWay();
const environment = await LmdbEnvironment.openToRead(file);
try {
  const take = () => new LmdbSnapshot(new LmdbState(environment, () => {}));
  const snapshot = isPassing ? new PassingSnapshot(take) : take();
  try {
    post(snapshot, read(snapshot, input));
  } finally {
    snapshot.release();
  }
} finally {
  await environment.close();
}

function post(snapshot: Snapshot, values: ReturnType<ReadModule["read"]>): void {
  let posted = 0;
  for (const { value, transfer } of values) {
    parentPort?.postMessage({ value } satisfies ReadMessage, transfer);
    posted++;
    let taken = takenOf();
    while (taken !== stopped && posted - taken >= ahead) {
      if (isPassing) snapshot.release();
      Atomics.wait(control, 0, taken);
      taken = takenOf();
    }
    if (taken === stopped) return;
  }
  parentPort?.postMessage("end" satisfies ReadMessage);
}

function takenOf(): number {
  return Atomics.load(control, 0);
}
