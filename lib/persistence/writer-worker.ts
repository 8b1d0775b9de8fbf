import { parentPort, workerData } from "node:worker_threads";
import { thrownThere } from "./disk-failure.js";
import { LmdbEnvironment } from "./lmdb.js";
import type { WriterJob, WriterOutcome } from "./writer.js";

/** The writer's thread: it has nothing but the environment and applies the batches it is given. */
const environment = await LmdbEnvironment.open(String(workerData));

parentPort?.on("message", async (job: WriterJob) => {
  if (job !== "close") {
    parentPort?.postMessage(apply(job.bytes, job.epoch));
    return;
  }
  await environment.close();
  parentPort?.close();
});

function apply(bytes: Uint8Array, epoch: number): WriterOutcome {
  try {
    return { owned: environment.writeHere(bytes, epoch) };
  } catch (error) {
    return thrownThere(error);
  }
}
