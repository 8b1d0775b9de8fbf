import { once } from "node:events";
import { parentPort, workerData } from "node:worker_threads";
import { operationsOf, RawLmdb } from "./raw-lmdb.js";

// A thread that writes batches one after the other, each in a transaction, when it is told to.
const { folder, batches } = workerData as { folder: string; batches: Uint8Array[] };
if (parentPort === null) throw new Error("this module runs in a worker");
const decoded = batches.map(operationsOf);
const lmdb = new RawLmdb(folder);
parentPort.postMessage("ready");
await once(parentPort, "message");
for (const operations of decoded) lmdb.writeHere(operations);
parentPort.postMessage("done");
await once(parentPort, "message");
parentPort.postMessage(lmdb.rows);
await lmdb.close();
