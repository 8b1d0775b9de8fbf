import { parentPort } from "node:worker_threads";

/** A search worker that ends at its n-th message while the environment says so, and is as usual otherwise. */
const fatal = Number(process.env.AHNLICH_SPEC_FAIL);
let messages = 0;
function count(): void {
  if (++messages === fatal) process.exit(7);
}

// Messages come from the first listener on: that of the usual worker, which has done its work when ours is called.
if (fatal !== 1) await import("../../lib/kernels/worker.js");
if (fatal > 0) parentPort?.on("message", count);
