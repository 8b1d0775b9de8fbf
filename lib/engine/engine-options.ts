import type { InjectionToken } from "tsyringe";
import type { Limits } from "../model/limits.js";

/** What one engine was opened with. */
export interface EngineOptions {
  readonly limits: Limits;
  /** Takes no writes, and does none of its own. */
  readonly readOnly: boolean;
  /** Of the package. */
  readonly version: string;
  /** "major.minor" that it speaks. */
  readonly protocol: string;
}

export const EngineOptions: InjectionToken<EngineOptions> = Symbol("EngineOptions");
