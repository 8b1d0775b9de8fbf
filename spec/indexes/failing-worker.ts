import { parentPort } from "node:worker_threads";

/** A search worker that ends at its first job while the environment says so, and is as usual otherwise. */
if (process.env.AHNLICH_SPEC_FAIL === "exit") parentPort?.on("message", () => process.exit(7));
else await import("../../lib/kernels/worker.js");
