import { availableParallelism } from "node:os";
import type { InjectionToken } from "tsyringe";
import { AhnlichError } from "./model/errors.js";
import { type Limits, makeLimits } from "./model/limits.js";

/** How an engine is opened. */
export interface OpenOptions {
  /** A folder, made where there is none; absent: in memory, nothing kept. */
  path?: string | undefined;
  /**
   * Workers for searches and large writes: cores - 1, at least 1. 0: slices of some milliseconds on the
   * calling thread.
   */
  threads?: number | undefined;
  limits?: Partial<Limits> | undefined;
  /** Ports to be replaced, made by `provide` of 'ahnlich/ports'. */
  provide?: readonly Provider[] | undefined;
}

/** A port, and what stands behind it instead of our own. */
export interface Provider {
  readonly port: InjectionToken;
  readonly create: () => unknown;
}

export interface CheckedOpenOptions {
  readonly path: string | undefined;
  readonly threads: number;
  readonly limits: Limits;
  readonly provide: readonly Provider[];
}

/** @throws INVALID_ARGUMENT for an unknown option or a value that is none. */
export function checkOpenOptions(options: unknown): CheckedOpenOptions {
  if (typeof options !== "object" || options === null) {
    throw refused("expected a path or an object", options);
  }
  for (const name of Object.keys(options)) {
    if (!optionNames.has(name)) throw refused(`there is no option ${name}`, undefined);
  }
  const { path, threads, limits, provide } = options as Record<string, unknown>;
  return {
    path: path === undefined ? undefined : checkPath(path),
    threads: threads === undefined ? standardThreads() : checkThreads(threads),
    limits: makeLimits(checkLimits(limits)),
    provide: checkProviders(provide),
  };
}

function checkPath(path: unknown): string {
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return path;
  throw refused("path: expected the name of a folder", path);
}

function checkThreads(threads: unknown): number {
  const isCount = Number.isInteger(threads) && (threads as number) >= 0;
  if (isCount && (threads as number) <= threadsMax) return threads as number;
  throw refused(`threads: expected an integer from 0 to ${threadsMax}`, threads);
}

function checkLimits(limits: unknown): Partial<Limits> {
  if (limits === undefined) return {};
  if (typeof limits === "object" && limits !== null) return limits as Partial<Limits>;
  throw refused("limits: expected an object", limits);
}

function checkProviders(provide: unknown): readonly Provider[] {
  if (provide === undefined) return [];
  const isProvider = (value: Provider | undefined) => typeof value?.create === "function";
  if (Array.isArray(provide) && provide.every(isProvider)) return provide;
  throw refused("provide: expected an array of what provide() makes", provide);
}

function refused(expected: string, got: unknown): AhnlichError {
  const found = got === undefined ? "" : `, got ${typeof got === "object" ? "an object" : got}`;
  return new AhnlichError("INVALID_ARGUMENT", `open: ${expected}${found}`);
}

/** One core is the caller's. */
function standardThreads(): number {
  return Math.min(threadsMax, Math.max(1, availableParallelism() - 1));
}

const threadsMax = 256;
const optionNames: ReadonlySet<string> = new Set(["path", "threads", "limits", "provide"]);
