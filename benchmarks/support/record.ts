import { randomBytes } from "node:crypto";
import type { Store } from "../../lib/handles/store.js";
import { open } from "../../lib/index.js";
import { MemoryPersistence } from "../../lib/persistence/memory.js";
import { Persistence } from "../../lib/persistence/persistence.js";
import { provide } from "../../lib/ports.js";
import { openLmdb } from "../../lib/sharing/open-lmdb.js";
import { answers, hang } from "../../lib/transport/tcp.js";
import { scratchFolder } from "./places.js";
import { RecordingPersistence } from "./recording-persistence.js";
import { dimension } from "./word-set.js";
import { storeName } from "./word-store.js";

/** The batches that an engine commits to disk while `work` writes to a new store of it. */
export async function recordOnDisk(work: (store: Store) => Promise<void>): Promise<Uint8Array[]> {
  using folder = scratchFolder();
  const lmdb = await openLmdb({
    path: folder.path,
    threads: 1,
    doorbell: { hang, answers },
    random: { bytes: (count) => randomBytes(count) },
    clock: { now: () => Date.now() },
  });
  return await record(lmdb, work);
}

/** The same of an engine in memory, which commits one at a time what is written one at a time. */
export function recordInMemory(work: (store: Store) => Promise<void>): Promise<Uint8Array[]> {
  return record(new MemoryPersistence(), work);
}

async function record(
  inner: Persistence,
  work: (store: Store) => Promise<void>,
): Promise<Uint8Array[]> {
  const persistence = new RecordingPersistence(inner);
  await using engine = await open({ provide: [provide(Persistence, persistence)] });
  const store = await engine.createStore(storeName, { dimension });
  persistence.batches.length = 0;
  await work(store);
  return [...persistence.batches];
}
