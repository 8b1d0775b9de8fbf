import { Queue } from "../transport/queue.js";
import type { Listener, Transport } from "../transport/transport.js";

/**
 * The listener behind an owner's bell. Whoever rings is kept until the engine is ready to take them in;
 * once it is closed they are hung up on, while the bell still shows that the owner lives.
 */
export class BellListener implements Listener {
  readonly url: string;
  readonly #opened: Queue<Transport> = new Queue(() => {
    this.#waiting -= 1;
  });
  #waiting = 0;
  #closed = false;

  constructor(url: string) {
    this.url = url;
  }

  /** Takes in one who has rung. */
  welcome(transport: Transport): void {
    if (this.#closed || this.#waiting >= waitingMax) {
      void transport.close();
      return;
    }
    this.#waiting += 1;
    this.#opened.put(transport);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#opened.end();
    await Promise.all(this.#opened.clear().map((transport) => transport.close()));
  }

  [Symbol.asyncIterator](): AsyncIterator<Transport> {
    return this.#opened;
  }
}

/** Who rings while the engine reads its folder. */
const waitingMax = 1_024;
