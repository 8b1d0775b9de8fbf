import type { Queue } from "./queue.js";
import type { Listener, Transport } from "./transport.js";

/** Gives what connects to one address. */
export class SocketListener implements Listener {
  readonly url: string;
  readonly reload: (() => Promise<void>) | undefined;
  readonly #opened: Queue<Transport>;
  readonly #stop: () => void;

  /** `stop` lets nobody connect any more. */
  constructor(
    url: string,
    opened: Queue<Transport>,
    { stop, reload }: { stop: () => void; reload?: (() => Promise<void>) | undefined },
  ) {
    this.url = url;
    this.#opened = opened;
    this.#stop = stop;
    this.reload = reload;
  }

  /** Transports that nobody has taken yet are closed. */
  async close(): Promise<void> {
    this.#opened.end();
    const left = this.#opened.clear();
    this.#stop();
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all(left.map((transport) => transport.close()));
  }

  [Symbol.asyncIterator](): AsyncIterator<Transport> {
    return this.#opened;
  }
}
