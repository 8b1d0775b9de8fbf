import type { InjectionToken } from "tsyringe";
import type { Provider } from "./open-options.js";

export { Clock, Logger, Random } from "./engine/ports.js";
export type {
  IndexSearch,
  Laying,
  Nearest,
  SeenVector,
  Selection,
  SlotImage,
  SlotLinks,
  SlotSection,
  VectorIndex,
} from "./indexes/vector-index.js";
export { VectorIndexes } from "./indexes/vector-index.js";
export type { VectorSource } from "./kernels/vector-source.js";
export type { Provider } from "./open-options.js";
export type {
  CheckpointDraft,
  CheckpointFile,
  CheckpointHead,
  Checkpoints,
} from "./persistence/checkpoints.js";
export { Persistence, type Snapshot } from "./persistence/persistence.js";
export type { Row, TableName } from "./persistence/table.js";
export { WriteBatch } from "./persistence/write-batch.js";
export type { Listener, Transport } from "./transport/transport.js";

/**
 * Puts an implementation of yours behind a port: `open({ provide: [provide(Clock, { now: () => 0 })] })`.
 * A function is called once for each engine that is opened with it.
 */
export function provide<T>(
  port: InjectionToken<T>,
  implementation: NoInfer<T> | (() => NoInfer<T>),
): Provider {
  const create =
    typeof implementation === "function" ? (implementation as () => T) : () => implementation;
  return { port, create };
}
