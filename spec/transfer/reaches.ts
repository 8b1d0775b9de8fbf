import { tcpReach } from "../reaches/client-reach.js";
import { memoryReach } from "../reaches/embedded-reach.js";
import type { Reach } from "../support/reach.js";

/** Export and import know an engine by its interface alone: one of each kind will do. */
export const reaches: readonly Reach[] = [
  memoryReach({ name: "embedded", threads: 0 }),
  tcpReach({ name: "over TCP", connections: 1 }),
];
