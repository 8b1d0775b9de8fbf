import "reflect-metadata";
import { compose } from "./composition.js";
import type { EmbeddedEngine } from "./handles/embedded-engine.js";
import { checkOpenOptions, type OpenOptions } from "./open-options.js";

export type { Attachment, EmbeddedEngine } from "./handles/embedded-engine.js";
export type { Engine } from "./handles/engine.js";
export type { ProgressOptions } from "./handles/progress-options.js";
export type { Store } from "./handles/store.js";
export { restore } from "./keeping/restore.js";
export type * from "./model/answers.js";
export type * from "./model/entry.js";
export { AhnlichError, type ErrorCode, errorCodes } from "./model/errors.js";
export { defaultLimits, type Limits } from "./model/limits.js";
export type { Metadata, MetadataValue, Scalar, Storable } from "./model/metadata.js";
export type { Metric } from "./model/metric.js";
export type * from "./model/options.js";
export type { MetadataMode, Patch } from "./model/patch.js";
export type {
  ExplainedQuery,
  Kinds,
  Query,
  QueryKind,
  ResponseTo,
  WriteQuery,
} from "./model/query.js";
export { query, rights } from "./model/query.js";
export { idOf, type VectorInput } from "./model/vector.js";
export type { FieldName, FieldValue, Where } from "./model/where.js";
export type { OpenOptions, Provider } from "./open-options.js";

/**
 * Opens an engine in this process: in the folder of that path, made where there is none, or in memory.
 *
 * @example
 * await using engine = await open("./data");
 * const films = await engine.createStore("films", { dimension: 3, ifNotExists: true });
 * await films.set({ id: "Metropolis", vector: [1, 0, 2], metadata: { year: 1927 } });
 * const [nearest] = await films.search([1, 0, 1], { limit: 1, where: { year: { $lt: 1930 } } });
 *
 * @throws LOCKED when another process, or this one, has the folder open; FORMAT_TOO_NEW, CORRUPT, IO_ERROR,
 *   INVALID_ARGUMENT
 */
export function open(path: string, options?: Omit<OpenOptions, "path">): Promise<EmbeddedEngine>;
export function open(options?: OpenOptions): Promise<EmbeddedEngine>;
export async function open(
  first: string | OpenOptions = {},
  options: Omit<OpenOptions, "path"> = {},
): Promise<EmbeddedEngine> {
  const given = typeof first === "string" ? { ...options, path: first } : first;
  return compose(checkOpenOptions(given));
}
