import type { ClientInfo, EngineInfo, Outcome, StoreInfo } from "../model/answers.js";
import { AhnlichError, toAhnlichError } from "../model/errors.js";
import { isQueryKind, type Query, type QueryKind, rights } from "../model/query.js";
import type { Right } from "../model/right.js";
import { checkNamespace, checkStoreName, namespaceOf } from "../model/store-name.js";
import { mayEverywhere, mayIn, maySomewhere, type User } from "./user.js";

/** What a user may ask of a query, and see of its answer. */
export interface Permit {
  /** As the engine is asked it. */
  readonly query: Query;
  /** What the user is shown of the engine's answer. */
  readonly show: (answer: unknown) => unknown;
}

/** Lists the stores of the engine, for those who may see some of them only. */
export type ListStores = () => Promise<StoreInfo[]>;

/**
 * Lets pass what the user has the right to, and nothing else. The members of a pipeline are judged each by
 * itself: one that is refused changes no other. A transaction is refused whole.
 *
 * @throws FORBIDDEN; INVALID_ARGUMENT where what is asked for has no name that could be judged
 */
export function permit(user: User, query: Query, listStores: ListStores): Permit {
  if (query.kind === "pipeline") return permitPipeline(user, query, listStores);
  checkRights(user, query);
  return { query, show: (answer) => show(user, query.kind, answer, listStores) };
}

/** @throws FORBIDDEN, INVALID_ARGUMENT */
function checkRights(user: User, query: Query): void {
  // What no table knows the engine refuses, in every reach alike.
  if (!isQueryKind(query.kind)) return;
  const places = placesOf[query.kind] as (query: Query) => readonly Place[];
  for (const place of places(query)) {
    const right = place.right ?? rights[query.kind];
    if (!holds(user, right, place)) throw forbidden(right, place);
  }
}

/** What a right is wanted in: a namespace, all of them, or any. */
interface Place {
  readonly namespace?: string;
  readonly everywhere?: true;
  /** Unless it is the kind's own. */
  readonly right?: Right;
}

function holds(user: User, right: Right, { namespace, everywhere }: Place): boolean {
  if (namespace !== undefined) return mayIn(user, right, namespace);
  return everywhere ? mayEverywhere(user, right) : maySomewhere(user, right);
}

function forbidden(right: Right, { namespace, everywhere }: Place): AhnlichError {
  const where = everywhere
    ? " in all namespaces"
    : namespace === undefined
      ? ""
      : nameOf(namespace);
  return new AhnlichError("FORBIDDEN", `this wants the right to ${verbs[right]}${where}`);
}

function nameOf(namespace: string): string {
  return namespace === "" ? " stores without a namespace" : ` in namespace ${namespace}`;
}

/** @throws INVALID_ARGUMENT where it is no store's name */
function ofStore({ store }: { readonly store: unknown }): readonly Place[] {
  return [{ namespace: namespaceOf(checkStoreName(store)) }];
}

const somewhere = (): readonly Place[] => [{}];
const everywhere = (): readonly Place[] => [{ everywhere: true }];

/** Of each kind, where its right is wanted; exhaustive by type. */
const placesOf: { readonly [K in QueryKind]: (query: Query<K>) => readonly Place[] } = {
  ping: somewhere,
  info: somewhere,
  clients: somewhere,
  shutdown: everywhere,
  createStore: ofStore,
  alterStore: ofStore,
  createIndex: ofStore,
  dropIndex: ofStore,
  renameStore: ({ store, to }) => [...ofStore({ store }), ...ofStore({ store: to })],
  dropStore: ofStore,
  dropNamespace: ({ namespace }) => [{ namespace: checkNamespace(namespace) }],
  listStores: ({ namespace }) =>
    namespace === undefined ? [{}] : [{ namespace: checkNamespace(namespace) }],
  storeInfo: ofStore,
  set: ofStore,
  update: ofStore,
  get: ofStore,
  find: ofStore,
  count: ofStore,
  facets: ofStore,
  delete: ofStore,
  search: ofStore,
  searchMany: ofStore,
  changes: ofStore,
  measureRecall: ofStore,
  explain: ({ query }) => ofStore(Object(query) as { store: unknown }),
  pipeline: somewhere,
  transaction: ({ writes }) => placesOfWrites(writes),
  verify: everywhere,
  backup: everywhere,
  compact: everywhere,
};

function placesOfWrites(writes: unknown): readonly Place[] {
  const given: readonly unknown[] = Array.isArray(writes) ? writes : [];
  const places: Place[] = [{}];
  for (const write of given) {
    // What is no write the engine refuses; whatever it is, it wants its own right too.
    const { kind, store } = Object(write) as Partial<Query<"set">>;
    if (isQueryKind(kind)) places.push({ ...ofStore({ store })[0], right: rights[kind] });
  }
  return places;
}

function permitPipeline(user: User, query: Query<"pipeline">, listStores: ListStores): Permit {
  if (!Array.isArray(query.queries)) return { query, show: (answer) => answer };
  checkRights(user, query);
  const refusals = new Map<number, AhnlichError>();
  const queries = query.queries.map((member: Query, place): Query => {
    try {
      const asked = Object(member) as Query;
      if (asked.kind !== "pipeline") checkRights(user, asked);
      return member;
    } catch (error) {
      refusals.set(place, toAhnlichError(error));
      // It keeps the place: the others are known by theirs.
      return { kind: "ping" };
    }
  });
  const showAll = async (outcomes: unknown): Promise<unknown> => {
    const shown: Outcome<unknown>[] = [];
    for (const [place, outcome] of (outcomes as Outcome<unknown>[]).entries()) {
      const error = refusals.get(place);
      if (error !== undefined) shown.push({ ok: false, error });
      else if (!outcome.ok || !listing.has(queries[place].kind)) shown.push(outcome);
      else shown.push({ ok: true, response: await showOne(place, outcome.response) });
    }
    return shown;
  };
  const showOne = (place: number, response: unknown) =>
    show(user, queries[place].kind, response, listStores);
  return { query: { ...query, queries }, show: showAll };
}

/** What the user may see of the answers that tell of more than one namespace. */
function show(user: User, kind: QueryKind, answer: unknown, listStores: ListStores): unknown {
  if (!listing.has(kind) || mayEverywhere(user, "admin")) return answer;
  switch (kind) {
    case "clients":
      return (answer as ClientInfo[]).filter(({ user: name }) => name === user.name);
    case "listStores":
      return visible(user, answer as StoreInfo[]);
    default:
      return showInfo(user, answer as EngineInfo, listStores);
  }
}

/** Without the folder, and with the sums of what the user may see. */
async function showInfo(
  user: User,
  { path: _, ...info }: EngineInfo,
  listStores: ListStores,
): Promise<EngineInfo> {
  if (mayEverywhere(user, "read")) return info;
  const stores = visible(user, await listStores());
  const sum = (part: (store: StoreInfo) => number): number =>
    stores.reduce((total, store) => total + part(store), 0);
  return {
    ...info,
    stores: stores.length,
    entries: sum(({ entries }) => entries),
    bytes: { memory: sum(({ bytes }) => bytes.memory), disk: sum(({ bytes }) => bytes.disk) },
  };
}

function visible(user: User, stores: StoreInfo[]): StoreInfo[] {
  return stores.filter(({ name }) => mayIn(user, "read", namespaceOf(name)));
}

/** The kinds whose answers tell of more than was named. */
const listing: ReadonlySet<QueryKind> = new Set(["info", "clients", "listStores"] as const);
const verbs = { read: "read", write: "write", admin: "administer" } as const;
