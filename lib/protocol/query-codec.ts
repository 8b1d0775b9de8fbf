import { decode } from "../encoding/decode.js";
import { decodeGradually, type Pause } from "../encoding/decode-gradually.js";
import { encode } from "../encoding/encode.js";
import { type DecodeOptions, scan } from "../encoding/scan.js";
import { AhnlichError, toAhnlichError } from "../model/errors.js";
import {
  explainedKinds,
  isBarePing,
  isQueryKind,
  type Query,
  type QueryKind,
  writeKinds,
} from "../model/query.js";
import { emptyPipeline, holds, nilAnswer, pingQuery, pipelineHead } from "./constant-bytes.js";
import { encodeList } from "./encode-list.js";
import { queryValuesMax } from "./message-types.js";
import { repeats } from "./repeats.js";
import { type Fields, fieldsOf, isFields, listOf, predicate, type Shape, vector } from "./shape.js";

/**
 * A query as bytes, copied: what the caller changes afterwards changes nothing. Kinds and fields
 * that are unknown here are passed on for the engine to judge.
 *
 * A member of a pipeline that cannot travel is added to `refusals` and travels as nil, where they are
 * given: it fails alone, as it would in the engine.
 *
 * @throws INVALID_ARGUMENT for a value that cannot travel, with its path; LIMIT_EXCEEDED for
 *   nesting beyond 100 levels, or more than 1,000,000 values
 */
export function encodeQuery(query: Query, refusals?: Refusals): Uint8Array {
  if (isBarePing(query)) return pingQuery;
  if (!isFields(query)) {
    throw new AhnlichError("INVALID_ARGUMENT", "query: expected an object with a kind");
  }
  const kind: unknown = query.kind;
  if (typeof kind !== "string") {
    const sentence = `query.kind: expected a text, got ${typeof kind}`;
    throw new AhnlichError("INVALID_ARGUMENT", sentence);
  }
  if (isBarePipeline(query)) return bounded(encodePipeline(query.queries, refusals));
  return bounded(encode(queryShape.wire(query, "query"), "query"));
}

/** A server would end the session over more values. None is shorter than a byte. */
function bounded(bytes: Uint8Array): Uint8Array {
  if (bytes.length > queryValuesMax) scan(bytes, 0, ownQueries);
  return bytes;
}

/** By their index, the members of a pipeline that cannot travel, and why not. */
export type Refusals = Map<number, AhnlichError>;

/**
 * The query in these bytes; nothing of it is a view on them. Only its form is judged here; its
 * kind, fields and values are the engine's to judge.
 *
 * @throws PROTOCOL_ERROR, INVALID_ARGUMENT for this one request: the session goes on
 */
export function decodeQuery(bytes: Uint8Array): Query {
  if (bytes === pingQuery) return ping;
  const pings = holds(bytes, 0, pipelineHead)
    ? repeats(bytes, pipelineHead.length, pingQuery)
    : undefined;
  if (pings !== undefined) return { kind: "pipeline", queries: new Array(pings).fill(ping) };
  return readQuery(decode(bytes, options));
}

/**
 * As `decodeQuery`, but that others have their turns while it is under way.
 *
 * @throws as `decodeQuery` does
 */
export async function decodeQueryGradually(bytes: Uint8Array, pause: Pause): Promise<Query> {
  return readQuery(await decodeGradually(bytes, options, pause));
}

function readQuery(decoded: unknown): Query {
  const query = queryShape.read(decoded, "query");
  if (isFields(query)) return query as never as Query;
  throw new AhnlichError("PROTOCOL_ERROR", "expected a query as [kind, fields]");
}

/** Of each kind, the fields that hold vectors, queries or predicates. */
const askShapes: { readonly [K in QueryKind]: Shape } = {
  ping: fieldsOf({}),
  info: fieldsOf({}),
  clients: fieldsOf({}),
  shutdown: fieldsOf({}),
  createStore: fieldsOf({}),
  alterStore: fieldsOf({}),
  createIndex: fieldsOf({}),
  dropIndex: fieldsOf({}),
  renameStore: fieldsOf({}),
  dropStore: fieldsOf({}),
  dropNamespace: fieldsOf({}),
  listStores: fieldsOf({}),
  storeInfo: fieldsOf({}),
  set: fieldsOf({ entries: listOf(fieldsOf({ vector })) }),
  get: fieldsOf({ keys: listOf(vector) }),
  find: fieldsOf({ where: predicate }),
  count: fieldsOf({ where: predicate }),
  facets: fieldsOf({ where: predicate }),
  update: fieldsOf({ target: writeTarget(), patch: fieldsOf({ vector }) }),
  delete: fieldsOf({ target: writeTarget() }),
  search: fieldsOf({ target: searchTarget(), where: predicate }),
  searchMany: fieldsOf({ targets: listOf(vector), where: predicate }),
  changes: fieldsOf({ where: predicate }),
  measureRecall: fieldsOf({ where: predicate }),
  explain: fieldsOf({ query: lazily(() => explainedShape) }),
  pipeline: fieldsOf({ queries: listOf(lazily(() => queryShape)) }),
  transaction: fieldsOf({ writes: listOf(lazily(() => writeShape)) }),
  verify: fieldsOf({}),
  backup: fieldsOf({}),
  compact: fieldsOf({}),
};

/** `[kind, fields]`, or `[kind]` where there are no fields. */
const queryShape: Shape = {
  wire(value, path) {
    if (isBarePing(value)) return pingWire;
    // What is no query travels as nil: the engine refuses it, and it alone, within a pipeline.
    if (!isFields(value) || typeof value.kind !== "string") return null;
    const { kind, ...fields } = value;
    const shaped = isQueryKind(kind) ? (askShapes[kind].wire(fields, path) as Fields) : fields;
    for (const name of Object.keys(shaped)) {
      if (shaped[name] !== undefined) return [kind, shaped];
    }
    return [kind];
  },
  read(value, path) {
    if (!Array.isArray(value) && !isFields(value)) return value; // the engine says what it wants
    const [kind, fields = {}] = Array.isArray(value) ? value : [];
    if (kind === "ping" && Array.isArray(value) && value.length === 1) return ping;
    if (typeof kind !== "string" || !isFields(fields)) {
      throw new AhnlichError("PROTOCOL_ERROR", `${path}: expected [kind, fields]`);
    }
    const read = isQueryKind(kind) ? (askShapes[kind].read(fields, path) as Fields) : fields;
    return { ...read, kind };
  },
};

/** What a transaction may hold. */
const writeShape: Shape = queryOf(writeKinds);
const explainedShape: Shape = queryOf(explainedKinds);

function encodePipeline(members: readonly unknown[], refusals: Refusals | undefined): Uint8Array {
  const encoded: Uint8Array[] = [];
  for (let i = 0; i < members.length; i++) {
    try {
      encoded.push(isBarePing(members[i]) ? pingQuery : encodeMember(members[i], i));
    } catch (error) {
      if (refusals === undefined) throw error;
      refusals.set(i, toAhnlichError(error));
      encoded.push(nilAnswer);
    }
  }
  return encodeList(pipelineHead, encoded);
}

function encodeMember(member: unknown, index: number): Uint8Array {
  // The engine refuses one within another unread, and one that holds itself has no end.
  if (isFields(member) && member.kind === "pipeline") return emptyPipeline;
  const path = `query.queries[${index}]`;
  return encode(queryShape.wire(member, path), path, levelsAroundMembers);
}

/** Whether it holds nothing but a list of members. */
function isBarePipeline(query: Fields): query is { queries: unknown[] } & Fields {
  if (query.kind !== "pipeline" || !Array.isArray(query.queries)) return false;
  for (const name in query) if (name !== "kind" && name !== "queries") return false;
  return true;
}

/** A query of one of these kinds; of another its kind is enough to be refused, and one within itself ends. */
function queryOf(kinds: readonly QueryKind[]): Shape {
  return {
    wire(value, path) {
      if (!isFields(value) || typeof value.kind !== "string") return null;
      const isOne = kinds.some((kind) => kind === value.kind);
      return queryShape.wire(isOne ? value : { kind: value.kind }, path);
    },
    read: (value, path) => queryShape.read(value, path),
  };
}

/** Keys in a list, or a predicate. */
function writeTarget(): Shape {
  const keys = listOf(vector);
  const all = fieldsOf({ where: predicate });
  return {
    wire: (value, path) => (Array.isArray(value) ? keys : all).wire(value, path),
    read: (value, path) => (Array.isArray(value) ? keys : all).read(value, path),
  };
}

/** A vector, or examples: keys to be near to and away from. */
function searchTarget(): Shape {
  const examples = fieldsOf({ near: listOf(vector), awayFrom: listOf(vector) });
  return {
    wire: (value, path) => (isFields(value) ? examples : vector).wire(value, path),
    read: (value, path) => (isFields(value) ? examples : vector).read(value, path),
  };
}

/** A shape that is made later. */
function lazily(shape: () => Shape): Shape {
  return {
    wire: (value, path) => shape().wire(value, path),
    read: (value, path) => shape().read(value, path),
  };
}

/** `[kind, fields]`, the fields, the list. */
const levelsAroundMembers = 3;
const pingWire: readonly unknown[] = Object.freeze(["ping"]);
const ping: Query<"ping"> = Object.freeze({ kind: "ping" });
const options: DecodeOptions = { code: "PROTOCOL_ERROR", maxValues: queryValuesMax };
const ownQueries: DecodeOptions = { code: "LIMIT_EXCEEDED", maxValues: queryValuesMax };
