import type { Transport } from "../transport/transport.js";

/**
 * How a process shows that it lives: it listens on a local path, and whoever doubts it rings. The system
 * takes the bell down with the process, whatever became of it, and leaves it up while the process is merely slow.
 */
export interface Doorbell {
  /**
   * Listens on the path of a unix socket or the name of a Windows pipe; it does so already when this returns.
   * Every caller is hung up on at once, or given to `welcome`. Neither keeps the process alive.
   *
   * @throws ADDRESS_IN_USE, or what the system says, before this returns
   */
  hang(path: string, welcome?: (transport: Transport) => void): HungDoorbell;
  /** False only where surely nobody listens: refused, or no such path. Never rejects; takes a second at most. */
  answers(path: string): Promise<boolean>;
}

export interface HungDoorbell {
  /** Listens no more, and removes the path. Idempotent; never rejects. */
  close(): Promise<void>;
}
