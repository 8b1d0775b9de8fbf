import { Worker } from "node:worker_threads";

/**
 * What the module's `read` yields over a snapshot of the environment, read by a thread of its own that begins
 * when the first value is asked for. It runs some values ahead, and ends with the iteration.
 *
 * @throws where the thread fails, whatever the reason
 */
export async function* readInThread(
  file: string,
  module: URL,
  input: unknown,
): AsyncGenerator<unknown, void, undefined> {
  const control = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("./read-thread.js", import.meta.url), {
    workerData: { file, module: module.href, input, control } satisfies ReadJob,
  });
  const messages = new Messages(worker);
  try {
    for (let taken = 1; ; taken++) {
      const message = await messages.next();
      if (message === "end") return;
      yield message.value;
      Atomics.store(control, 0, taken);
      Atomics.notify(control, 0);
    }
  } finally {
    Atomics.store(control, 0, stopped);
    Atomics.notify(control, 0);
    await messages.ended;
  }
}

/** A module that can read in a thread; `transfer` names what is moved instead of copied. */
export interface ReadModule {
  /** Set where it is given a PassingSnapshot: its rows need not be of one state. */
  readonly isPassing?: boolean;
  read(snapshot: unknown, input: unknown): Iterable<{ value: unknown; transfer: ArrayBuffer[] }>;
}

/** What the thread is told. */
export interface ReadJob {
  readonly file: string;
  readonly module: string;
  readonly input: unknown;
  /** How many values were taken, or `stopped`. */
  readonly control: Int32Array;
}

export type ReadMessage = { readonly value: unknown } | "end";

/** No more values are wanted. */
export const stopped = -1;

/** The thread's messages one after the other; and its end. */
class Messages {
  readonly ended: Promise<void>;
  readonly #waiting: ReadMessage[] = [];
  #failure: unknown;
  #isOver = false;
  #arrived: () => void = () => {};

  constructor(worker: Worker) {
    this.ended = new Promise((resolve) => {
      worker.on("exit", () => {
        this.#isOver = true;
        this.#arrived();
        resolve();
      });
    });
    worker.on("message", (message: ReadMessage) => {
      this.#waiting.push(message);
      this.#arrived();
    });
    worker.on("error", (error) => {
      this.#failure = error;
    });
  }

  async next(): Promise<ReadMessage> {
    for (;;) {
      const message = this.#waiting.shift();
      if (message !== undefined) return message;
      if (this.#isOver) throw this.#failure ?? new Error("the reading thread ended early");
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }
}
