import { checkCallOptions as checkEachOption } from "../model/check-call-options.js";
import { AhnlichError } from "../model/errors.js";
import type { CallOptions } from "../model/options.js";
import type { Kinds, Query, QueryKind } from "../model/query.js";
import type { Executor } from "./executor.js";
import { LateCallOptions } from "./late-call-options.js";

/**
 * Makes the query of a method and executes it. The caller's options hold fields of the query and
 * CallOptions side by side: they are split here, undefined ones are dropped, and a field that the
 * kind does not know goes along for the query's check to refuse. Never throws.
 *
 * @param fields become the query: an object that nobody else has
 */
export function call<K extends QueryKind>(
  executor: Executor,
  kind: K,
  fields: object,
  options: object | undefined,
  store?: string,
): Promise<Kinds[K]["answer"]> {
  try {
    const query = fields as Record<string, unknown>;
    query.kind = kind;
    if (store !== undefined) query.store = store;
    const made = split(query, options);
    return executor.execute(made.query as Query, made.callOptions) as Promise<Kinds[K]["answer"]>;
  } catch (error) {
    return Promise.reject(error);
  }
}

/** @throws INVALID_ARGUMENT when they are not CallOptions, whole. */
export function checkCallOptions(options: unknown): CallOptions | undefined {
  if (options === undefined || options instanceof LateCallOptions) return options;
  checkObject(options);
  for (const name of Object.keys(options)) {
    if (isCallOption(name)) continue;
    if (options[name] !== undefined) throw unknownOption(name);
  }
  return callOptionsOf(options);
}

/** The options by name. @throws INVALID_ARGUMENT when they are no object. */
export function checkObject(options: unknown): asserts options is Record<string, unknown> {
  if (typeof options === "object" && options !== null && !Array.isArray(options)) return;
  const got = options === null ? "null" : Array.isArray(options) ? "an array" : typeof options;
  throw new AhnlichError("INVALID_ARGUMENT", `options: expected an object, got ${got}`);
}

export function unknownOption(name: string): AhnlichError {
  const sentence = `options.${name.slice(0, 100)} is not an option of this method`;
  return new AhnlichError("INVALID_ARGUMENT", sentence);
}

/** The call options among others, checked; undefined where there are none. @throws INVALID_ARGUMENT */
export function callOptionsOf(options: Record<string, unknown>): CallOptions | undefined {
  const checked = checkEachOption(options);
  const { signal, timeoutMs, idempotencyKey } = checked;
  const isBare = signal === undefined && timeoutMs === undefined && idempotencyKey === undefined;
  return isBare ? undefined : checked;
}

function split(
  query: Record<string, unknown>,
  options: unknown,
): { query: object; callOptions: CallOptions | undefined } {
  if (options === undefined) return { query, callOptions: undefined };
  checkObject(options);
  for (const name of Object.keys(options)) {
    const value = options[name];
    if (value === undefined || isCallOption(name)) continue;
    // What the method itself says cannot be said again by an option.
    if (name in query) throw unknownOption(name);
    query[name] = value;
  }
  return { query, callOptions: callOptionsOf(options) };
}

export function isCallOption(name: string): boolean {
  return name === "signal" || name === "timeoutMs" || name === "idempotencyKey";
}
