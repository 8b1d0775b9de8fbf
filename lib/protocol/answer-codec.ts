import { decode } from "../encoding/decode.js";
import type { Pause } from "../encoding/decode-gradually.js";
import { encode } from "../encoding/encode.js";
import { PieceEncoder } from "../encoding/piece-encoder.js";
import type { DecodeOptions } from "../encoding/scan.js";
import type { Outcome } from "../model/answers.js";
import { AhnlichError, toAhnlichError } from "../model/errors.js";
import { isQueryKind, type Query, type QueryKind, type ResponseTo } from "../model/query.js";
import { nilAnswer, pingOutcome } from "./constant-bytes.js";
import { encodeList } from "./encode-list.js";
import { errorFromWire, errorToWire } from "./error-codec.js";
import { repeats } from "./repeats.js";
import { fieldsOf, isFields, listOf, type Pieces, type Shape, vector } from "./shape.js";

/** The answer to `query` as bytes, copied. */
export function encodeAnswer<Q extends Query>(query: Q, answer: ResponseTo<Q>): Uint8Array {
  if (answer === null) return nilAnswer;
  if (query.kind === "pipeline" && Array.isArray(answer)) return encodeOutcomes(query, answer);
  return encode(answerToWire(query, answer), "answer");
}

/**
 * As `encodeAnswer`, but that others have their turns while it is under way; the bytes come in pieces, one behind the
 * other.
 */
export async function encodeAnswerGradually<Q extends Query>(
  query: Q,
  answer: ResponseTo<Q>,
  pause: Pause,
): Promise<readonly [Uint8Array, ...Uint8Array[]]> {
  const encoder = new PieceEncoder("answer");
  const steps = encodeInSteps(query, answer, encoder);
  while (!steps.next().done) if (pause.isOver) await pause.next();
  return encoder.finish();
}

/**
 * The answer to a query of this kind; nothing of it is a view on the bytes. Fields that a newer
 * minor has added are kept.
 *
 * @throws PROTOCOL_ERROR when these bytes are no such answer
 */
export function decodeAnswer<K extends QueryKind>(
  kind: K,
  bytes: Uint8Array,
): ResponseTo<{ readonly kind: K }> {
  const pings = kind === "pipeline" ? repeats(bytes, 0, pingOutcome) : undefined;
  if (pings !== undefined) return Array.from({ length: pings }, ponged) as never;
  const answer = bytes === nilAnswer ? null : decode(bytes, options);
  return answerFromWire(kind, answer) as ResponseTo<{ readonly kind: K }>;
}

function ponged(): Outcome<null> {
  return { ok: true, response: null };
}

function answerToWire(query: Query, answer: unknown): unknown {
  return answerShapes[query.kind].wire(answer, "answer");
}

function encodeOutcomes({ queries }: Query<"pipeline">, outcomes: readonly unknown[]): Uint8Array {
  const encoded: Uint8Array[] = [];
  for (let i = 0; i < outcomes.length; i++) encoded.push(encodeOutcome(queries[i], outcomes[i]));
  return encodeList(nothing, encoded);
}

function* encodeInSteps(query: Query, answer: unknown, encoder: PieceEncoder): Pieces {
  if (query.kind === "pipeline" && Array.isArray(answer)) {
    yield* encodeOutcomesInSteps(query, answer, encoder);
    return;
  }
  const { encode: encodeShape } = answerShapes[query.kind];
  if (encodeShape !== undefined) yield* encodeShape(answer, "answer", encoder);
  else encoder.value(answerToWire(query, answer));
}

function* encodeOutcomesInSteps(
  { queries }: Query<"pipeline">,
  outcomes: readonly unknown[],
  encoder: PieceEncoder,
): Pieces {
  encoder.openList(outcomes.length);
  for (const [i, outcome] of outcomes.entries()) {
    const query = queries[i];
    if (isFields(outcome) && outcome.ok === true) {
      encoder.openList(2);
      encoder.value(query.kind);
      yield* encodeInSteps(query, outcome.response, encoder);
      encoder.close();
    } else {
      encoder.bytes(encodeOutcome(query, outcome));
    }
    yield;
  }
  encoder.close();
}

function answerFromWire(kind: QueryKind, answer: unknown): unknown {
  if (!forms[kind](answer)) {
    throw new AhnlichError("PROTOCOL_ERROR", `the bytes are no answer to ${kind}`);
  }
  try {
    return answerShapes[kind].read(answer, "answer");
  } catch (error) {
    throw new AhnlichError("PROTOCOL_ERROR", `the bytes are no answer to ${kind}`, {
      cause: error,
    });
  }
}

/** `[kind, answer]`, or `[nil, error]`. */
function encodeOutcome(query: Query, outcome: unknown): Uint8Array {
  if (!isFields(outcome)) return encode(outcome, "answer");
  const { ok, response } = outcome;
  if (ok !== true) return encode([null, errorToWire(toAhnlichError(outcome.error))], "answer");
  if (query.kind === "ping" && response === null) return pingOutcome;
  return encode([query.kind, answerToWire(query, response)], "answer", 1);
}

function outcomeFromWire(outcome: unknown): unknown {
  const [kind, answer] = Array.isArray(outcome) ? outcome : [];
  if (kind === "ping" && answer === null) return ponged();
  if (kind === null) return { ok: false, error: errorFromWire(answer) };
  if (isQueryKind(kind)) return { ok: true, response: answerFromWire(kind, answer) };
  throw new AhnlichError("PROTOCOL_ERROR", "expected an outcome as [kind, answer] or [nil, error]");
}

/** Of each kind, where its answer holds vectors, absences or outcomes. */
const plain = fieldsOf({});
const entry = fieldsOf({ vector });
const outcome: Shape = { wire: (value) => value, read: outcomeFromWire };
/** An entry or undefined, which travels as nil. */
const found: Shape = {
  wire: (value, path) => (value === undefined ? null : entry.wire(value, path)),
  read: (value, path) => (value === null ? undefined : entry.read(value, path)),
};

const answerShapes: { readonly [K in QueryKind]: Shape } = {
  ping: plain,
  info: plain,
  clients: plain,
  shutdown: plain,
  createStore: plain,
  alterStore: plain,
  createIndex: plain,
  dropIndex: plain,
  renameStore: plain,
  dropStore: plain,
  dropNamespace: plain,
  listStores: listOf(plain),
  storeInfo: plain,
  set: plain,
  get: listOf(found),
  find: fieldsOf({ entries: listOf(entry) }),
  count: plain,
  facets: listOf(plain),
  update: plain,
  delete: plain,
  search: listOf(entry),
  searchMany: listOf(listOf(entry)),
  changes: fieldsOf({ changes: listOf(plain) }),
  measureRecall: plain,
  explain: plain,
  pipeline: listOf(outcome),
  transaction: listOf(plain),
  verify: plain,
  backup: plain,
  compact: plain,
};

/** Of each kind, whether something can be its answer, as far as a client leans on it. */
const forms: { readonly [K in QueryKind]: (answer: unknown) => boolean } = {
  ping: isNull,
  info: isFields,
  clients: isListOfFields,
  shutdown: isNull,
  createStore: isBoolean,
  alterStore: isNull,
  createIndex: isBoolean,
  dropIndex: isBoolean,
  renameStore: isNull,
  dropStore: isBoolean,
  dropNamespace: isNumber,
  listStores: isListOfFields,
  storeInfo: isFields,
  set: isFields,
  get: (answer) => Array.isArray(answer) && answer.every((item) => item === null || isFields(item)),
  find: (answer) => isFields(answer) && isListOfFields(answer.entries),
  count: isNumber,
  facets: isListOfFields,
  update: isNumber,
  delete: isNumber,
  search: isListOfFields,
  searchMany: (answer) => Array.isArray(answer) && answer.every(isListOfFields),
  changes: (answer) =>
    isFields(answer) && isListOfFields(answer.changes) && typeof answer.next === "string",
  measureRecall: isFields,
  explain: isFields,
  pipeline: Array.isArray,
  backup: isFields,
  compact: isFields,
  transaction: (answer) =>
    Array.isArray(answer) && answer.every((one) => isNumber(one) || isFields(one)),
  verify: (answer) => isFields(answer) && Array.isArray(answer.problems),
};

function isNull(value: unknown): boolean {
  return value === null;
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function isNumber(value: unknown): boolean {
  return typeof value === "number";
}

function isListOfFields(value: unknown): boolean {
  return Array.isArray(value) && value.every(isFields);
}

const nothing = new Uint8Array();
const options: DecodeOptions = { code: "PROTOCOL_ERROR", maxValues: 16_000_000 };
