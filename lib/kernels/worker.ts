import { parentPort } from "node:worker_threads";
import { instantiate, type Kernels } from "./kernels.js";
import { unfinished } from "./layout.js";
import { wishedMs } from "./slice-wish.js";
import type { SharedMemory } from "./web-assembly.js";
import type { WorkerReady, WorkerRequest, WorkerResponse } from "./worker-messages.js";

/** The entry of a search worker: takes jobs in shared memory further, and nothing else. */
parentPort?.on("message", ({ memories, jobs, sliceMs }: WorkerRequest) => {
  for (const { arena, memory, module } of memories) {
    arenas.set(arena, { memory, kernels: instantiate(memory, module) });
  }
  const begun = performance.now();
  const statuses: number[] = [];
  for (let i = 0; i < jobs.length; i += 2) {
    const late = i > 0 && performance.now() - begun >= sliceMs;
    statuses.push(late ? unfinished : runJob(jobs[i], jobs[i + 1], { begun, sliceMs }));
  }
  parentPort?.postMessage(statuses satisfies WorkerResponse);
});

interface WorkerSlice {
  readonly begun: number;
  readonly sliceMs: number;
}

function runJob(arenaId: number, job: number, { begun, sliceMs }: WorkerSlice): number {
  const arena = arenas.get(arenaId);
  if (arena === undefined) throw new Error(`arena ${arenaId} was never given to this worker`);
  const words = new Uint32Array(arena.memory.buffer);
  let status = unfinished as number;
  if (wishedMs(words, job) === 0) return status;
  do status = arena.kernels.advance(job, stepBudget);
  while (
    status === unfinished &&
    performance.now() - begun < Math.min(sliceMs, wishedMs(words, job))
  );
  return status;
}

const arenas = new Map<number, { readonly memory: SharedMemory; readonly kernels: Kernels }>();
const stepBudget = 1024 * 1024;
parentPort?.postMessage("ready" satisfies WorkerReady);
