export { connect } from "./client/connect.js";
export type { ConnectOptions } from "./client/connect-options.js";
export type { ConnectionStatus, RemoteEngine } from "./client/remote-engine.js";
export type { Engine } from "./handles/engine.js";
export type { Store } from "./handles/store.js";
export type {
  Change,
  Changes,
  ClientInfo,
  EngineInfo,
  Facet,
  Outcome,
  Plan,
  RecallReport,
  SetResponse,
  StoreInfo,
} from "./model/answers.js";
export type { Entry, EntryInput, Examples, Include, Key, Match, Page } from "./model/entry.js";
export { AhnlichError, type ErrorCode, type ErrorDetails } from "./model/errors.js";
export type { Limits } from "./model/limits.js";
export type { Metadata, MetadataValue, Scalar, Storable } from "./model/metadata.js";
export type { Metric } from "./model/metric.js";
export type {
  CallOptions,
  FindOptions,
  SearchOptions,
  SetMode,
  StoreOptions,
  Target,
} from "./model/options.js";
export type { MetadataMode, Patch } from "./model/patch.js";
export {
  type ExplainedQuery,
  type Kinds,
  type Query,
  type QueryKind,
  query,
  type ResponseTo,
  type WriteQuery,
} from "./model/query.js";
export { idOf, type VectorInput } from "./model/vector.js";
export type { Condition, FieldName, Operators, Where } from "./model/where.js";
export type { ClientTls } from "./transport/tls-files.js";
export type { Transport } from "./transport/transport.js";
