import { join } from "node:path";
import type { EmbeddedEngine } from "../handles/embedded-engine.js";
import { checkQuery } from "../model/check-query.js";
import type { CheckedQuery } from "../model/checked-query.js";
import { defaultLimits } from "../model/limits.js";
import type { CallOptions } from "../model/options.js";
import type { Query } from "../model/query.js";
import { listenTcp } from "../transport/tcp.js";
import type { Listener } from "../transport/transport.js";
import { AttachedServer } from "./attached-server.js";
import { checkListenOptions, type ListenOptions } from "./listen-options.js";
import type { Server } from "./server.js";
import { type SessionSettings, standardSettings } from "./session-settings.js";
import { tell } from "./trouble.js";
import { UserRegistry } from "./user-registry.js";

/**
 * Attaches a listener to an engine, which goes on answering in this process beside it. There may be
 * several; closing one leaves the engine running, closing the engine closes them first.
 *
 * @example
 * await using server = await listen(engine, { port: 0 });
 * console.log(server.url);
 *
 * @throws INVALID_ARGUMENT, ADDRESS_IN_USE, IO_ERROR, CLOSED when the engine is
 */
export function listen(engine: EmbeddedEngine, options: ListenOptions = {}): Promise<Server> {
  return listenWith(engine, options, {});
}

/** `listen` with other bounds for its sessions. */
export async function listenWith(
  engine: EmbeddedEngine,
  options: ListenOptions,
  settings: Partial<SessionSettings>,
): Promise<Server> {
  const { where, backups, maxClients, maxFrameBytes, onShutdown, onTrouble, ...checked } =
    checkListenOptions(options);
  const users = checked.users === undefined ? undefined : await UserRegistry.open(checked.users);
  const onFull = (peer: string) => tell(onTrouble, { kind: "descriptors", peer });
  let listener: Listener | undefined;
  try {
    listener = Symbol.asyncIterator in where ? where : await listenTcp(where, checked.tls, onFull);
    const session = { ...standardSettings, ...checked.limits, ...settings, maxFrameBytes };
    const backup = (query: Query<"backup">, options: CallOptions) =>
      backUpBelow(backups, engine, query, options);
    const closing = { onShutdown, onTrouble, lively: true };
    return new AttachedServer(engine, listener, {
      ...{ users, audit: checked.audit, backup, maxClients, session, ...closing },
    });
  } catch (error) {
    users?.close();
    await listener?.close();
    throw error;
  }
}

/** Below the folder by a plain name; without a folder the engine refuses it. */
async function backUpBelow(
  backups: string | undefined,
  engine: EmbeddedEngine,
  query: Query<"backup">,
  options: CallOptions,
): Promise<unknown> {
  const { name } = checkQuery(query, defaultLimits) as CheckedQuery<"backup">;
  if (backups === undefined) return engine.execute(query, options);
  return engine.backup(join(backups, name), options);
}
