import type { CheckedQuery } from "../model/checked-query.js";
import type { Kinds, QueryKind } from "../model/query.js";
import type { Call } from "./call.js";

/** Of every kind, how it is carried out; what needs not wait is answered at once. */
export type Handlers = {
  readonly [K in QueryKind]: (
    query: CheckedQuery<K>,
    call: Call,
  ) => Kinds[K]["answer"] | Promise<Kinds[K]["answer"]>;
};

/** Runs the handler of the query's kind. */
export function carryOut<K extends QueryKind>(
  handlers: Handlers,
  query: CheckedQuery<K>,
  call: Call,
): unknown {
  const handler = handlers[query.kind] as (query: CheckedQuery<K>, call: Call) => unknown;
  return handler(query, call);
}
