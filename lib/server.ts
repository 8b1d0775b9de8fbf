export type { Attachment, EmbeddedEngine } from "./handles/embedded-engine.js";
export type { ClientInfo } from "./model/answers.js";
export { AhnlichError, type ErrorCode, type ErrorDetails } from "./model/errors.js";
export { listen } from "./server/listen.js";
export type { ListenOptions } from "./server/listen-options.js";
export type { Server } from "./server/server.js";
export { type ServerLimits, serverLimits } from "./server/server-limits.js";
export type { Trouble } from "./server/trouble.js";
export type { Listener, Transport } from "./transport/transport.js";
