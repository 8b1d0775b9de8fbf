/** What was committed while a compaction reads rows, and has still to be followed. */
export class Journal {
  #batches: Uint8Array<ArrayBuffer>[] = [];
  #bytes = 0;
  #stepped: () => void = () => {};
  #step: Promise<void> = Promise.resolve();

  constructor() {
    this.#begin();
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(bytes: Uint8Array<ArrayBuffer>): void {
    this.#batches.push(bytes);
    this.#bytes += bytes.length;
  }

  /** All of it, in order; what is small comes together, since every batch is a transaction of its own. */
  take(): Uint8Array<ArrayBuffer>[] {
    const runs: Run[] = [];
    for (const batch of this.#batches) {
      const run = runs[runs.length - 1];
      if (run === undefined || run.bytes + batch.length > runBytes) {
        runs.push({ batches: [batch], bytes: batch.length });
      } else {
        run.batches.push(batch);
        run.bytes += batch.length;
      }
    }
    this.#batches = [];
    this.#bytes = 0;
    return runs.map(together);
  }

  /**
   * Who commits goes on at once while little is to be followed, and else after the compaction's next step: so neither
   * the journal grows without bounds, nor has anybody to wait until all is done.
   */
  async room(): Promise<void> {
    if (this.#bytes > bytesMax) await this.#step;
  }

  /** The compaction has come a step further, or has ended. */
  stepped(): void {
    this.#stepped();
    this.#begin();
  }

  #begin(): void {
    this.#step = new Promise((resolve) => {
      this.#stepped = resolve;
    });
  }
}

interface Run {
  readonly batches: Uint8Array<ArrayBuffer>[];
  bytes: number;
}

function together({ batches, bytes }: Run): Uint8Array<ArrayBuffer> {
  const [first] = batches;
  if (first !== undefined && batches.length === 1) return first;
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const batch of batches) {
    all.set(batch, at);
    at += batch.length;
  }
  return all;
}

const runBytes = 1024 * 1024;
/** What may be behind before who commits waits for a step. */
const bytesMax = 32 * 1024 * 1024;
