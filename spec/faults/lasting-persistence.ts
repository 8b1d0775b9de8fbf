import { MemoryPersistence } from "../../lib/persistence/memory.js";
import type { Persistence } from "../../lib/persistence/persistence.js";
import { UnrulyPersistence } from "./unruly-persistence.js";

/** Memory that outlives the engines that stand on it, so that one may be opened again without a disk. */
export class LastingPersistence implements Persistence {
  readonly unruly = new UnrulyPersistence(new MemoryPersistence());
  readonly path = undefined;

  get bytes(): number {
    return this.unruly.bytes;
  }

  snapshot(): ReturnType<Persistence["snapshot"]> {
    return this.unruly.snapshot();
  }

  commit(batch: Parameters<Persistence["commit"]>[0]): Promise<void> {
    return this.unruly.commit(batch);
  }

  async close(): Promise<void> {}
}
