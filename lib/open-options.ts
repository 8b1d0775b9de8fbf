import { availableParallelism } from "node:os";
import type { InjectionToken } from "tsyringe";
import { checkBoolean, checkPath, readArguments, refusal } from "./model/check-argument.js";
import { AhnlichError } from "./model/errors.js";
import { type Limits, makeLimits } from "./model/limits.js";
import { Persistence } from "./persistence/persistence.js";

/** How an engine is opened. */
export interface OpenOptions {
  /** A folder, made where there is none; absent: in memory, nothing kept. */
  path?: string | undefined;
  /**
   * The first process that opens the folder owns it; further ones that open it so reach it through the owner,
   * and one of them takes over when the owner closes it or dies. They must have the same `limits`.
   */
  shared?: boolean | undefined;
  /**
   * Workers for searches and large writes: cores - 1, at least 1. 0: slices of some milliseconds on the
   * calling thread.
   */
  threads?: number | undefined;
  limits?: Partial<Limits> | undefined;
  /**
   * Reads the folder as it is now, beside other readers; nothing is written, every write is READ_ONLY. Where a
   * living process owns the folder it is LOCKED. An owner may come later: its file grows while this is open, since
   * what is read is not overwritten. False.
   */
  readOnly?: boolean | undefined;
  /**
   * Whether a sample of the targets of searches is kept, in memory only, so that `recall` is measured with what is
   * really asked; false: with a store's own vectors, and of what comes nothing is kept. True.
   */
  keepQueries?: boolean | undefined;
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
  /** The folder, where it is shared. */
  readonly shared: { readonly path: string } | undefined;
  readonly threads: number;
  readonly limits: Limits;
  readonly readOnly: boolean;
  readonly keepQueries: boolean;
  readonly provide: readonly Provider[];
}

/** @throws INVALID_ARGUMENT for an unknown option or a value that is none. */
export function checkOpenOptions(options: unknown): CheckedOpenOptions {
  const { path, shared, threads, limits, readOnly, keepQueries, provide } = readArguments(
    options,
    known,
    "open",
  );
  const folder = path === undefined ? undefined : checkPath(path, "path");
  const providers = checkProviders(provide);
  const isReadOnly = checkBoolean(readOnly, false, "readOnly");
  return {
    path: folder,
    shared: checkShared(shared, folder, { providers, isReadOnly }),
    threads: threads === undefined ? standardThreads() : checkThreads(threads),
    limits: makeLimits(limits as Partial<Limits> | undefined),
    readOnly: isReadOnly,
    keepQueries: checkBoolean(keepQueries, true, "keepQueries"),
    provide: providers,
  };
}

function checkShared(
  shared: unknown,
  path: string | undefined,
  { providers, isReadOnly }: { providers: readonly Provider[]; isReadOnly: boolean },
): { readonly path: string } | undefined {
  if (shared === undefined || shared === false) return undefined;
  if (shared !== true) throw refusal("shared", "true or false", shared);
  if (path === undefined) throw refusal("path", "a folder, since it is shared", path);
  if (isReadOnly) {
    const sentence =
      "readOnly: expected none with `shared`, whose processes may each become the owner";
    throw new AhnlichError("INVALID_ARGUMENT", sentence);
  }
  if (providers.some(({ port }) => port === Persistence)) {
    const sentence =
      "provide: expected no Persistence with `shared`, which is about a folder, got one";
    throw new AhnlichError("INVALID_ARGUMENT", sentence);
  }
  return { path };
}

function checkThreads(threads: unknown): number {
  const isCount = Number.isInteger(threads) && (threads as number) >= 0;
  if (isCount && (threads as number) <= threadsMax) return threads as number;
  throw refusal("threads", `an integer from 0 to ${threadsMax}`, threads);
}

function checkProviders(provide: unknown): readonly Provider[] {
  if (provide === undefined) return [];
  if (!Array.isArray(provide)) throw refusal("provide", "an array", provide);
  return provide.map((value: Partial<Provider> | undefined, i) => {
    const { port, create } = value ?? {};
    if (typeof port === "symbol" && typeof create === "function") return { port, create };
    throw refusal(`provide[${i}]`, "what provide() makes", value);
  });
}

/** One core is the caller's. */
function standardThreads(): number {
  return Math.min(threadsMax, Math.max(1, availableParallelism() - 1));
}

const threadsMax = 256;
const known = {
  path: true,
  shared: true,
  threads: true,
  limits: true,
  readOnly: true,
  keepQueries: true,
  provide: true,
};
