import { parentPort } from "node:worker_threads";
import { instantiate, type Kernels } from "./kernels.js";
import { jobStop, unfinished } from "./layout.js";
import type { SharedMemory } from "./web-assembly.js";
import type { WorkerReady, WorkerRequest, WorkerResponse } from "./worker-messages.js";

/** The entry of a search worker: takes jobs in shared memory further, and nothing else. */
parentPort?.on("message", ({ memories, jobs, sliceMs }: WorkerRequest) => {
  for (const { arena, memory, module } of memories) {
    arenas.set(arena, { memory, kernels: instantiate(memory, module) });
  }
  const deadline = performance.now() + sliceMs;
  const statuses: number[] = [];
  for (let i = 0; i < jobs.length; i += 2) {
    const late = i > 0 && performance.now() >= deadline;
    statuses.push(late ? unfinished : runJob(jobs[i], jobs[i + 1], deadline));
  }
  parentPort?.postMessage(statuses satisfies WorkerResponse);
});

function runJob(arenaId: number, job: number, deadline: number): number {
  const arena = arenas.get(arenaId);
  if (arena === undefined) throw new Error(`arena ${arenaId} was never given to this worker`);
  const words = new Int32Array(arena.memory.buffer);
  let status = unfinished as number;
  while (status === unfinished && Atomics.load(words, (job + jobStop) >>> 2) === 0) {
    status = arena.kernels.advance(job, stepBudget);
    if (performance.now() >= deadline) break;
  }
  return status;
}

const arenas = new Map<number, { readonly memory: SharedMemory; readonly kernels: Kernels }>();
const stepBudget = 1024 * 1024;
parentPort?.postMessage("ready" satisfies WorkerReady);
