import type { Engine } from "../handles/engine.js";
import type { CallOptions } from "../model/options.js";

/** An engine elsewhere, reached over a pool of connections. */
export interface RemoteEngine extends Engine {
  /** Asks the server to shut down. @throws FORBIDDEN where it does not let clients do that. */
  shutdown(reason?: string, options?: CallOptions): Promise<void>;
  /** What becomes of the connections from now on; a reader too slow for it misses the oldest. */
  status(): AsyncIterableIterator<ConnectionStatus>;
}

/** `reconnecting` comes before each attempt; `closed` is the last. */
export type ConnectionStatus =
  | {
      readonly kind: "connected" | "disconnected" | "reconnecting";
      readonly address: string;
      readonly reason?: Error;
    }
  | { readonly kind: "closed" };
