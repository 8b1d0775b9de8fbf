import { parentPort } from "node:worker_threads";

/** A search worker that ends in place of its n-th answer while the environment says so, and is as usual otherwise. */
const fatal = Number(process.env.AHNLICH_SPEC_FAIL);
let answers = 0;
const post = parentPort?.postMessage.bind(parentPort);
if (fatal > 0 && parentPort && post) {
  parentPort.postMessage = (message: unknown): void => {
    if (message !== "ready" && ++answers === fatal) process.exit(7);
    post(message);
  };
}
await import("../../lib/kernels/worker.js");
