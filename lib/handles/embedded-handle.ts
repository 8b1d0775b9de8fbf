import type { Verification } from "../model/answers.js";
import type { CallOptions } from "../model/options.js";
import type { Attachment, EmbeddedEngine } from "./embedded-engine.js";
import type { EmbeddedExecutor } from "./embedded-executor.js";
import { EngineHandle } from "./engine-handle.js";
import { checkProgressOptions, type ProgressOptions } from "./progress-options.js";

/** The handle of an engine in this process, to which listeners may be attached. */
export class EmbeddedHandle extends EngineHandle implements EmbeddedEngine {
  readonly #executor: EmbeddedExecutor;

  constructor(executor: EmbeddedExecutor) {
    super(executor);
    this.#executor = executor;
  }

  attach(attachment: Attachment): Disposable {
    return this.#executor.attach(attachment);
  }

  async backup(folder: string, options?: ProgressOptions): Promise<{ bytes: number }> {
    const { onProgress, callOptions } = checkProgressOptions(options);
    return this.#executor.backup(folder, onProgress, callOptions);
  }

  compact(options?: CallOptions): Promise<{ bytes: number }> {
    return this.execute({ kind: "compact" }, options);
  }

  async verify(options?: ProgressOptions): Promise<Verification> {
    const { onProgress, callOptions } = checkProgressOptions(options);
    return this.#executor.verify(onProgress, callOptions);
  }
}
