import type { Verification } from "../model/answers.js";
import type { CallOptions } from "../model/options.js";
import type { EmbeddedEngine } from "./embedded-engine.js";
import type { Executor } from "./executor.js";

/** What the handle of an engine in this process stands on. */
export interface EmbeddedExecutor extends Executor, Pick<EmbeddedEngine, "attach"> {
  /** As the engine's `backup`; the options have been checked. */
  backup(
    folder: string,
    onProgress: (bytes: number) => void,
    options?: CallOptions,
  ): Promise<{ bytes: number }>;
  /** As the query `verify`, and tells how many entries were looked at. */
  verify(onProgress: (entries: number) => void, options?: CallOptions): Promise<Verification>;
}
