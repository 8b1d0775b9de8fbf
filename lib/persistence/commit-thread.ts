import { parentPort, workerData } from "node:worker_threads";
import type { CommitJob, CommitOutcome, CommitThread } from "./commit-worker.js";
import { thrownThere } from "./disk-failure.js";
import { giveWay } from "./give-way.js";
import { LmdbEnvironment } from "./lmdb.js";

/** The thread of a CommitWorker: it has nothing but the environment and applies the batches it is given. */
const { file, givesWay } = workerData as CommitThread;
if (givesWay) giveWay();
const environment = await LmdbEnvironment.open(file);

parentPort?.on("message", async (job: CommitJob) => {
  if (job !== "close") {
    parentPort?.postMessage(apply(job));
    return;
  }
  await environment.close();
  parentPort?.close();
});

function apply(job: Exclude<CommitJob, "close">): CommitOutcome {
  try {
    if ("row" in job) {
      environment.transact(() => environment.putOwner(job.epoch, job.row));
      return { owned: true };
    }
    return { owned: environment.writeHere(job.bytes, job.epoch, job.isOrdered) };
  } catch (error) {
    return thrownThere(error);
  }
}
