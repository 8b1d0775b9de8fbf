import { checkTtl } from "../model/check-ttl.js";
import { describe } from "../model/describe.js";
import type { Entry } from "../model/entry.js";
import { metrics } from "../model/metric.js";
import { isPlainObject } from "../model/plain-object.js";
import { vectorPlaces } from "../model/vector-place.js";
import type { GivenEntry, StoreHead } from "./item.js";
import { metadataFromJson, metadataToJson } from "./json-metadata.js";
import { numbersText } from "./numbers-text.js";
import { lineError } from "./transfer-error.js";

/** An entry as one line of JSON, without its end; the vector is left out where it is kept elsewhere. */
export function entryLine(entry: Entry, withVector = true): string {
  const { id, vector, metadata, expiresAt } = entry;
  const vectorPart = withVector ? `,"vector":[${numbersText(vector)}]` : "";
  const expiryPart = expiresAt === undefined ? "" : `,"expiresAt":${expiresAt}`;
  const fields = JSON.stringify(metadataToJson(metadata));
  return `{"id":${JSON.stringify(id)}${vectorPart},"metadata":${fields}${expiryPart}}`;
}

/** The first line of an export: what the store is that its entries were in. */
export function headLine({ dimension, metric, ttlMs, vectors, indexes = [] }: StoreHead): string {
  const place = vectors === "memory" ? undefined : vectors;
  const fields = indexes.length === 0 ? undefined : indexes;
  return JSON.stringify({ $store: { dimension, metric, ttlMs, vectors: place, indexes: fields } });
}

/** What stands in a line of JSON. @throws INVALID_ARGUMENT with `details.line` */
export function parseLine(text: string, line: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const came = cause instanceof Error ? cause.message.slice(0, 200) : "";
    throw lineError(line, `expected one JSON object, got what is no JSON: ${came}`);
  }
  if (isPlainObject(value)) return value;
  throw lineError(line, `expected one JSON object, got ${describe(value)}`);
}

/** The head that this object is; undefined where it is no head but an entry. */
export function toHead(
  object: Readonly<Record<string, unknown>>,
  line: number,
): StoreHead | undefined {
  if (!Object.hasOwn(object, "$store")) return undefined;
  const store = object.$store;
  if (!isPlainObject(store)) throw lineError(line, `$store: expected an object`);
  const { dimension, metric, ttlMs, vectors, indexes } = store;
  if (!Number.isSafeInteger(dimension) || Number(dimension) < 1) {
    const got = describe(dimension);
    throw lineError(line, `$store.dimension: expected an integer from 1 on, got ${got}`);
  }
  const known = metrics.find((each) => each === metric);
  if (metric !== undefined && known === undefined) {
    throw lineError(line, `$store.metric: expected one of ${metrics}, got ${describe(metric)}`);
  }
  const ttl =
    ttlMs === undefined ? undefined : checkAtLine(() => checkTtl(ttlMs, "$store.ttlMs"), line);
  const place = vectorPlaces.find((each) => each === vectors);
  if (vectors !== undefined && place === undefined) {
    const got = describe(vectors);
    throw lineError(line, `$store.vectors: expected one of ${vectorPlaces}, got ${got}`);
  }
  if (indexes !== undefined && !isListOfTexts(indexes)) {
    const got = describe(indexes);
    throw lineError(line, `$store.indexes: expected a list of names of fields, got ${got}`);
  }
  const head = { dimension: Number(dimension), metric: known, ttlMs: ttl, lasting: true };
  return { ...head, vectors: place, indexes };
}

/** The entry that this object is. @throws INVALID_ARGUMENT for a field that entries do not have */
export function toEntry(
  object: Readonly<Record<string, unknown>>,
  line: number,
  depthMax: number,
): GivenEntry {
  for (const name of Object.keys(object)) {
    if (Object.hasOwn(entryFields, name)) continue;
    const offer = `an entry has ${Object.keys(entryFields).join(", ")}`;
    throw lineError(line, `unknown field ${JSON.stringify(name.slice(0, 100))}; ${offer}`);
  }
  const { id, vector, metadata, expiresAt } = object;
  const fields = checkAtLine(() => metadataFromJson(metadata, depthMax), line);
  return { id, vector, metadata: fields, expiresAt };
}

function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === "string");
}

function checkAtLine<T>(check: () => T, line: number): T {
  try {
    return check();
  } catch (error) {
    throw lineError(line, error instanceof Error ? error.message : String(error));
  }
}

const entryFields = { id: true, vector: true, metadata: true, expiresAt: true };
