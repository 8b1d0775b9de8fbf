import type { Limits } from "../model/limits.js";
import type { Transport } from "../transport/transport.js";

/** How an owner lets other processes in: on the socket that shows that it lives. */
export interface Invitation {
  /** The owner's; those who join must have the same. */
  readonly limits: Limits;
  /** Takes whoever connects, from the moment in which the folder is owned. */
  welcome(transport: Transport): void;
}
