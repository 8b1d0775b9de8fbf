import type { Persistence, Snapshot } from "../../lib/persistence/persistence.js";
import type { WriteBatch } from "../../lib/persistence/write-batch.js";

/** Passes everything on, and keeps a copy of each batch that is committed. */
export class RecordingPersistence implements Persistence {
  readonly batches: Uint8Array[] = [];
  readonly #inner: Persistence;

  constructor(inner: Persistence) {
    this.#inner = inner;
  }

  get bytes(): number {
    return this.#inner.bytes;
  }

  get path(): string | undefined {
    return this.#inner.path;
  }

  snapshot(): Snapshot {
    return this.#inner.snapshot();
  }

  commit(batch: WriteBatch): Promise<void> {
    // The bytes are given away and may be moved to another thread.
    this.batches.push(batch.bytes.slice());
    return this.#inner.commit(batch);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
